-- One row per delivered condition or procedure of a patient and concept, and the fact it bears on.
-- The rows of one id and code are one record: taken back once (without a code: of every code), none of them counts. Traps are
-- recognised, but not counted. Two concepts of one row that bear on one fact are one piece of evidence.
with taken_back as (
    select source, 'condition' as entity, condition_id as id, record_code(code) as named, min(status) as status from lake.condition
    where status in ('retracted', 'refuted') and condition_id is not null group by source, condition_id, record_code(code)
    union all
    select source, 'procedure', procedure_id, record_code(code), min(status) from lake.procedure
    where status in ('retracted', 'refuted') and procedure_id is not null group by source, procedure_id, record_code(code)
),

finding as (
    select
        condition.patient_id, condition.onset_on as on_day, coalesce(condition.name, code_name.name, condition.code) as reported,
        concat_ws(' ', condition.code_system, condition.code) || coalesce(', until ' || condition.abated_on, '') || coalesce(', by ' || condition.recorded_by, '') as what,
        coalesce(taken_back.status, whole.status, condition.status) as standing, condition.file, condition.line, condition.shifted_days, condition.concepts, condition.abated_on as until_on
    from lake.condition
    left join clinical.code_name on code_name.code_system is not distinct from condition.code_system and code_name.code = condition.code and code_name.concepts = condition.concepts
    left join taken_back
        on taken_back.entity = 'condition' and taken_back.source = condition.source and taken_back.id = condition.condition_id
        and taken_back.named = record_code(condition.code)
    left join taken_back as whole
        on whole.entity = 'condition' and whole.source = condition.source and whole.id = condition.condition_id and whole.named is null
    union all
    select procedure.patient_id, procedure.performed_on, coalesce(procedure.name, code_name.name, procedure.code),
        concat_ws(' ', procedure.code_system, procedure.code), coalesce(taken_back.status, whole.status, procedure.status), procedure.file, procedure.line, procedure.shifted_days, procedure.concepts, null
    from lake.procedure
    left join clinical.code_name on code_name.code_system is not distinct from procedure.code_system and code_name.code = procedure.code and code_name.concepts = procedure.concepts
    left join taken_back
        on taken_back.entity = 'procedure' and taken_back.source = procedure.source and taken_back.id = procedure.procedure_id
        and taken_back.named = record_code(procedure.code)
    left join taken_back as whole
        on whole.entity = 'procedure' and whole.source = procedure.source and whole.id = procedure.procedure_id and whole.named is null
),

bearing as (
    select single.* exclude (concept), case concept.fact when 'shown' then 'shown, not used' when 'trap' then 'recognised, not counted' else concept.fact end as fact,
        string_agg(distinct nullif(concept.wording, ''), ', ') as wording
    from (select * exclude (concepts), unnest(string_split(concepts, '|')) as concept from finding) as single
    join protocol.concept on concept.concept = single.concept
    group by all
)

select
    patient_id, fact, on_day, reported, what || coalesce(', ' || wording, '') as what, standing, file, line, shifted_days,
    patient_id as delivered_patient_id, cast(null as double) as value, until_on
from bearing
