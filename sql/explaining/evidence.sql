-- One row per piece of evidence of a patient and the fact it bears on, as delivered, with file and line.
-- Built for one patient at a time. What does not count is shown too, and says why. value: in the canonical unit of its analyte.
with lab as (
    select
        patient_id,
        case analyte when 'total_b12' then 'b12' when 'egfr' then 'renal' when 'intrinsic_factor_antibody' then 'malabsorption'
            when 'gastrin' then 'cause_tests' else analyte end as fact,
        collected_on as on_day,
        coalesce(value_reported, '(no value)') || coalesce(' ' || unit_reported, '') as reported,
        coalesce(analyte, 'result') || case when is_unit_code_disagree then ', unit and LOINC code disagree' else '' end as what,
        fate as standing, file, line, shifted_days, delivered_patient_id, value, cast(null as date) as until_on
    from clinical.result_version
),

shown_lab as (
    select patient_id, 'shown, never decides' as fact, collected_on as on_day,
        coalesce(value_reported, '') || coalesce(' ' || unit_reported, '') as reported, analyte as what, status as standing, file, line,
        shifted_days, patient_id as delivered_patient_id, value, cast(null as date) as until_on
    from lake.lab_result
    where analyte in ('haemoglobin', 'mcv', 'folate', 'creatinine', 'parietal_cell_antibody')
    qualify row_number() over (partition by analyte order by collected_at desc, file, line) <= 3
),

medication as (
    select
        lake.medication.patient_id,
        case
            when medication_class.class is null then 'shown, never decides'
            when medication_class.is_multivitamin and coalesce(medication.strength_mg, 0) < setting.multivitamin_b12_mg then 'shown, never decides'
            else medication_class.class
        end as fact,
        medication.start_on as on_day,
        coalesce(medication.name, medication.code) as reported,
        coalesce('until ' || medication.end_on, 'for ' || medication.days_supply || ' days', 'no end recorded')
            || coalesce(', ' || medication.route_reported, '') || coalesce(', ' || medication.strength_mg || ' mg', '')
            || case medication.matched_by when 'name' then ', recognised by name' else '' end as what,
        medication.status as standing, medication.file, medication.line, medication.shifted_days, medication.patient_id as delivered_patient_id,
        cast(null as double) as value, medication.end_on as until_on
    from lake.medication
    cross join protocol.setting
    left join clinical.medication_class on medication_class.concepts = medication.concepts
),

era as (
    select patient_id, class as fact, start_on as on_day, 'until ' || end_on as reported,
        'era of ' || records || case records when 1 then ' record' else ' records' end || case when is_end_assumed then ', end assumed' else '' end as what,
        'era' as standing, cast(null as varchar) as file, cast(null as bigint) as line, 0 as shifted_days, patient_id as delivered_patient_id,
        cast(null as double) as value, end_on as until_on
    from clinical.medication_era
    where class <> 'multivitamin'
),

-- the ids of one source are one record: taken back once, none of its rows counts
taken_back as (
    select source, 'condition' as entity, condition_id as id, min(status) as status from lake.condition
    where status in ('retracted', 'refuted') and condition_id is not null group by source, condition_id
    union all
    select source, 'procedure', procedure_id, min(status) from lake.procedure
    where status in ('retracted', 'refuted') and procedure_id is not null group by source, procedure_id
),

finding as (
    select
        condition.patient_id, condition.onset_on as on_day, coalesce(condition.name, condition.code) as reported,
        concat_ws(' ', condition.code_system, condition.code) || coalesce(', until ' || condition.abated_on, '') || coalesce(', by ' || condition.recorded_by, '') as what,
        coalesce(taken_back.status, condition.status) as standing, condition.file, condition.line, condition.shifted_days, condition.concepts, condition.abated_on as until_on
    from lake.condition
    left join taken_back on taken_back.entity = 'condition' and taken_back.source = condition.source and taken_back.id = condition.condition_id
    union all
    select procedure.patient_id, procedure.performed_on, coalesce(procedure.name, procedure.code),
        concat_ws(' ', procedure.code_system, procedure.code), coalesce(taken_back.status, procedure.status), procedure.file, procedure.line, procedure.shifted_days, procedure.concepts, null
    from lake.procedure
    left join taken_back on taken_back.entity = 'procedure' and taken_back.source = procedure.source and taken_back.id = procedure.procedure_id
),

coded as (
    select
        single.patient_id, case concept.fact when 'shown' then 'shown, never decides' when 'trap' then 'recognised, never counted' else concept.fact end as fact,
        single.on_day, single.reported, single.what || coalesce(', ' || nullif(concept.wording, ''), '') as what,
        single.standing, single.file, single.line, single.shifted_days, single.patient_id as delivered_patient_id,
        cast(null as double) as value, single.until_on
    from (select * exclude (concepts), unnest(string_split(concepts, '|')) as concept from finding) as single
    join protocol.concept on concept.concept = single.concept
),

person as (
    select patient_id, 'scope' as fact, cast(null as date) as on_day,
        'born ' || coalesce(cast(birth_on as varchar), 'unknown') || coalesce(', died ' || deceased_on, '')
            || case when is_opted_out then ', opted out' else '' end || case when merged_into <> patient_id then ', merged into another id' else '' end as reported,
        'patient row' as what, 'usable' as standing, file, line, shifted_days, patient_id as delivered_patient_id,
        cast(null as double) as value, cast(null as date) as until_on
    from lake.patient
)

select patient_id, fact, on_day, reported, what, standing, file, line,
    case when shifted_days <> 0 then on_day - shifted_days end as original_day, delivered_patient_id,
    value, until_on
from (from lab union all from shown_lab union all from era union all from medication union all from coded union all from person)
