-- One row per delivered condition or procedure, under the id that survives merges, that is not overruled by a later version.
-- An id names a record of one code, however spelled (named). Of its versions that say when they were recorded, only the last is read, and those that do not say;
-- several recorded at one time all stand. A record without an id has no other version. latest_on: of a beginning known as a year or a
-- month, its last day; an end before the beginning does not count.
with version as (
    select coalesce(merged_patient.surviving_id, condition.patient_id) as patient_id, condition.source, condition.condition_id as id,
        'condition' as entity, condition.code_system, condition.concepts, condition.matched_by, condition.onset_on as began_on,
        coalesce(condition.onset_latest_on, condition.onset_on) as latest_on,
        case when condition.abated_on >= condition.onset_on then condition.abated_on end as abated_on,
        coalesce(condition.abated_on < condition.onset_on, false) as is_end_before_start,
        condition.status, condition.length_cm, record_code(condition.code) as named, condition.code, condition.name, condition.recorded_by, condition.file, condition.line,
        condition.recorded_at
    from lake.condition
    left join clinical.merged_patient on merged_patient.patient_id = condition.patient_id
    union all
    select coalesce(merged_patient.surviving_id, procedure.patient_id), procedure.source, procedure.procedure_id,
        'procedure', procedure.code_system, procedure.concepts, procedure.matched_by, procedure.performed_on,
        coalesce(procedure.performed_latest_on, procedure.performed_on), null, false,
        procedure.status, null, record_code(procedure.code), procedure.code, procedure.name, null, procedure.file, procedure.line, procedure.recorded_at
    from lake.procedure
    left join clinical.merged_patient on merged_patient.patient_id = procedure.patient_id
),

last_recorded as (
    select patient_id, source, entity, id, named, max(recorded_at) as recorded_at
    from version
    where id is not null and recorded_at is not null
    group by all
)

select version.*
from version
left join last_recorded
    on last_recorded.patient_id = version.patient_id and last_recorded.source = version.source
    and last_recorded.entity = version.entity and last_recorded.id = version.id
    and last_recorded.named is not distinct from version.named
where version.recorded_at >= last_recorded.recorded_at or version.recorded_at is null or last_recorded.recorded_at is null
