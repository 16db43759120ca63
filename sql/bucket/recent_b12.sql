-- One row per usable total B12 result of a patient of a bucket in the last months (lab_window_months): its laboratory, unit, and value in pg/mL.
-- Missing: a result without a laboratory counts for one named by its source. Censored results are left out, as their numbers are bounds.
select
    coalesce(result.performing_lab, 'the laboratory of ' || result.source) as performing_lab,
    coalesce(result.unit, '(none)') as unit, cast(result.value as double) as value, result.word = 'low' as is_low
from clinical.result
cross join protocol.run
cross join protocol.quality_setting
where result.analyte = 'total_b12' and result.comparator = '='
    and result.collected_on > run.as_of - to_months(quality_setting.lab_window_months)
