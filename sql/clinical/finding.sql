-- One row per coded condition or procedure and concept, up to the as-of date.
-- Retracted, refuted, not-done and provisional rows do not count; a retraction, a refutation and a not-done take the rows of the
-- same id with them, a provisional row does not.
-- Of the versions of one id that say when they were recorded, only the last is read.
with version as (
    select coalesce(merged_patient.surviving_id, condition.patient_id) as patient_id, condition.source, condition.condition_id as id,
        'condition' as entity, condition.concepts, condition.matched_by, condition.onset_on as began_on, condition.abated_on,
        condition.status, condition.length_cm, condition.code, condition.name, condition.recorded_by, condition.file, condition.line,
        condition.recorded_at
    from lake.condition
    left join clinical.merged_patient on merged_patient.patient_id = condition.patient_id
    union all
    select coalesce(merged_patient.surviving_id, procedure.patient_id), procedure.source, procedure.procedure_id,
        'procedure', procedure.concepts, procedure.matched_by, procedure.performed_on, null,
        procedure.status, null, procedure.code, procedure.name, null, procedure.file, procedure.line, procedure.recorded_at
    from lake.procedure
    left join clinical.merged_patient on merged_patient.patient_id = procedure.patient_id
),

last_recorded as (
    select patient_id, source, entity, id, max(recorded_at) as recorded_at
    from version
    where id is not null and recorded_at is not null
    group by all
),

delivered as (
    select version.* exclude (recorded_at)
    from version
    left join last_recorded
        on last_recorded.patient_id = version.patient_id and last_recorded.source = version.source
        and last_recorded.entity = version.entity and last_recorded.id = version.id
    where version.recorded_at >= last_recorded.recorded_at or version.recorded_at is null or last_recorded.recorded_at is null
),

retraction as (
    select distinct patient_id, source, entity, id from delivered where status in ('retracted', 'refuted') and id is not null
),

deletion as (
    select distinct source, entity, id from delivered where patient_id is null and id is not null
),

abatement as (
    select patient_id, source, entity, id, min(abated_on) as abated_on, bool_or(status = 'abated') as is_abated
    from delivered
    where id is not null and (abated_on is not null or status = 'abated')
    group by all
),

counted as (
    select delivered.* exclude (abated_on, status), coalesce(abatement.abated_on, delivered.abated_on) as abated_on,
        (coalesce(abatement.abated_on, delivered.abated_on) is null and (coalesce(abatement.is_abated, false) or delivered.status = 'abated'))
            or coalesce(coalesce(abatement.abated_on, delivered.abated_on) <= run.as_of, false) as is_abated
    from delivered
    cross join protocol.run
    anti join retraction
        on retraction.patient_id = delivered.patient_id and retraction.source = delivered.source
        and retraction.entity = delivered.entity and retraction.id = delivered.id
    anti join deletion on deletion.source = delivered.source and deletion.entity = delivered.entity and deletion.id = delivered.id
    left join abatement
        on abatement.patient_id = delivered.patient_id and abatement.source = delivered.source
        and abatement.entity = delivered.entity and abatement.id = delivered.id
    where delivered.status in ('counted', 'abated') and delivered.began_on <= run.as_of
),

single as (
    select * exclude (concepts), unnest(string_split(concepts, '|')) as concept from counted
)

select single.*, concept.fact, concept.means, concept.wording
from single
join protocol.concept on concept.concept = single.concept
