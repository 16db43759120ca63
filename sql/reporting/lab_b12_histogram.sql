-- One row per laboratory, unit and bin that holds usable total B12 results of the last months (lab_window_months): how many.
-- Bins are equally wide on a log scale, four to each doubling, 24 of them from 50 to 3200 pg/mL; a bin holds its lower edge. Bin 0 is
-- everything below (no low edge), bin 25 everything from 3200 (no high edge). Empty bins have no row.
-- Missing laboratories and censored results: as in reporting.lab_b12.
with binned as (
    select performing_lab, unit, cast(greatest(0, least(25, floor(4 * log2(value / 50)) + 1)) as integer) as bin
    from bucket.recent_b12
    where value > 0
)

select
    performing_lab, unit, bin,
    case when bin > 0 then round(50 * pow(2, (bin - 1) / 4), 1) end as low,
    case when bin < 25 then round(50 * pow(2, bin / 4), 1) end as high,
    count(*) as results
from binned
group by performing_lab, unit, bin
