-- One row per total B12 result of a patient of a bucket with which the gate compares medians: its laboratory, file and unit, and the logarithm of
-- its value in pg/mL.
-- Values are converted by the unit that was reported, so an honest change of unit does not shift the median.
-- Missing: a result without a laboratory counts for one named by its source. Censored results, and results that were retracted, are left out.
-- Superseded ones stay: they count among the earlier results (reporting.lab_b12_median).
select
    coalesce(performing_lab, 'the laboratory of ' || source) as performing_lab,
    unit, source, sha256, file, ln(cast(value as double)) as ln_value, fate
from clinical.result_version
where analyte = 'total_b12' and comparator = '=' and value > 0 and fate in ('usable', 'superseded', 'held', 'after_as_of')
