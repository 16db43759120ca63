-- One row per laboratory, unit and bin that holds usable total B12 results of the last months (lab_window_months): how many.
-- Bins are equally wide on a log scale, four to each doubling, 24 of them from 50 to 3200 pg/mL; a bin holds its lower edge. Bin 0 is
-- everything below (no low edge), bin 25 everything from 3200 (no high edge). Empty bins have no row.
-- Missing laboratories and censored results: as in reporting.lab_b12.
with binned as (
    select
        coalesce(result.performing_lab, 'the laboratory of ' || result.source) as performing_lab,
        coalesce(result.unit, '(none)') as unit,
        cast(greatest(0, least(25, floor(4 * log2(cast(result.value as double) / 50)) + 1)) as integer) as bin
    from clinical.result
    cross join protocol.run
    cross join protocol.quality_setting
    where result.analyte = 'total_b12' and result.comparator = '=' and result.value > 0
        and result.collected_on > run.as_of - to_months(quality_setting.lab_window_months)
)

select
    performing_lab, unit, bin,
    case when bin > 0 then round(50 * pow(2, (bin - 1) / 4), 1) end as low,
    case when bin < 25 then round(50 * pow(2, bin / 4), 1) end as high,
    count(*) as results
from binned
group by performing_lab, unit, bin
