-- One row per delivered lab result of a patient and the fact it bears on, with its use; for analytes that do not decide, the
-- last three. judged_by: the local rows of bands that judged it, as band@id; none where the general ones did. A missing value or unit is stated. surviving_id: whose evidence it is, after merges. value and reference limits: in the canonical unit of its analyte.
select
    result.patient_id as surviving_id, result.patient_id,
    case result.analyte when 'total_b12' then 'b12' when 'egfr' then 'renal' when 'intrinsic_factor_antibody' then 'malabsorption'
        when 'gastrin' then 'cause_tests' else result.analyte end as fact,
    collected_on as on_day,
    coalesce(value_reported, '(no value)') || coalesce(' ' || unit_reported, '') as reported,
    coalesce(result.analyte, 'result') || case when is_unit_code_disagree then ', unit and LOINC code disagree' else '' end as what,
    fate as standing, file, result.line, shifted_days, result.delivered_patient_id, value, cast(null as date) as until_on,
    cast(reference_low as double) as reference_low, cast(reference_high as double) as reference_high,
    list_filter(
        [case result.analyte when 'total_b12' then 'b12' else result.analyte end || '@' || local.band_id, 'neuro_300@' || local.neuro_300_band_id],
        lambda one: one is not null
    ) as judged_by
from clinical.result_version as result
semi join explaining.explained_patient on explained_patient.patient_id = result.patient_id
left join clinical.local_result as local
    on local.source = result.source and local.sha256 = result.sha256 and local.line = result.line and local.place = result.place
    and local.delivered_patient_id = result.delivered_patient_id and local.analyte = result.analyte
    and local.result_id is not distinct from result.result_id
union all
(
    select surviving_id, patient_id, 'shown, not used' as fact, collected_on as on_day,
        coalesce(value_reported, '') || coalesce(' ' || unit_reported, '') as reported, analyte as what, status as standing, file, line,
        shifted_days, patient_id as delivered_patient_id, value, cast(null as date) as until_on,
        cast(reference_low as double) as reference_low, cast(reference_high as double) as reference_high, cast([] as varchar[]) as judged_by
    from lake.lab_result
    join protocol.analyte using (analyte)
    join explaining.explained_id using (patient_id)
    where analyte.decides = 'no'
    qualify row_number() over (partition by surviving_id, analyte order by collected_at desc, file, line) <= 3
)
