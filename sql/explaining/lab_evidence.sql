-- One row per delivered lab result of a patient and the fact it bears on, with its use; for analytes that do not decide, the
-- last three. A missing value or unit is stated. surviving_id: whose evidence it is, after merges. value and reference limits: in the canonical unit of its analyte.
select
    patient_id as surviving_id, patient_id,
    case analyte when 'total_b12' then 'b12' when 'egfr' then 'renal' when 'intrinsic_factor_antibody' then 'malabsorption'
        when 'gastrin' then 'cause_tests' else analyte end as fact,
    collected_on as on_day,
    coalesce(value_reported, '(no value)') || coalesce(' ' || unit_reported, '') as reported,
    coalesce(analyte, 'result') || case when is_unit_code_disagree then ', unit and LOINC code disagree' else '' end as what,
    fate as standing, file, line, shifted_days, delivered_patient_id, value, cast(null as date) as until_on,
    cast(reference_low as double) as reference_low, cast(reference_high as double) as reference_high
from clinical.result_version
semi join explaining.explained_patient using (patient_id)
union all
(
    select surviving_id, patient_id, 'shown, not used' as fact, collected_on as on_day,
        coalesce(value_reported, '') || coalesce(' ' || unit_reported, '') as reported, analyte as what, status as standing, file, line,
        shifted_days, patient_id as delivered_patient_id, value, cast(null as date) as until_on,
        cast(reference_low as double) as reference_low, cast(reference_high as double) as reference_high
    from lake.lab_result
    join protocol.analyte using (analyte)
    join explaining.explained_id using (patient_id)
    where analyte.decides = 'no'
    qualify row_number() over (partition by surviving_id, analyte order by collected_at desc, file, line) <= 3
)
