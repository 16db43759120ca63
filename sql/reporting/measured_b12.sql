-- One row per total B12 result with which the gate compares medians: its laboratory, file and unit, and the logarithm of its value in pg/mL.
-- is_new: the last published run did not contain the file.
-- Values are converted by the unit that was reported, so an honest change of unit does not shift the median.
-- Missing: a result without a laboratory counts for one named by its source. Censored results, and results that were retracted, are left
-- out. Superseded ones stay: they count among the earlier results (reporting.lab_b12_median).
select
    coalesce(result_version.performing_lab, 'the laboratory of ' || result_version.source) as performing_lab,
    result_version.unit, result_version.sha256, result_version.file,
    ln(cast(result_version.value as double)) as ln_value,
    published_delivery.sha256 is null as is_new,
    delivery.received_at,
    result_version.fate
from clinical.result_version
left join lake.delivery
    on delivery.source = result_version.source and delivery.sha256 = result_version.sha256 and delivery.refused is null
left join lake.published_delivery
    on published_delivery.source = result_version.source and published_delivery.sha256 = result_version.sha256
where result_version.analyte = 'total_b12' and result_version.comparator = '=' and result_version.value > 0
    and result_version.fate in ('usable', 'superseded', 'held', 'after_as_of')
