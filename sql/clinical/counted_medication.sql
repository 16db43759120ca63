-- One row per medication record that counts, and per injection of B12 claimed as a procedure, up to the as-of date.
-- Not counted: retracted, not taken, not given, held, deleted and future records. Of several versions of a record, the last
-- (clinical.repeated_medication). A record without an id has no other version.
with single as (
    select coalesce(merged_patient.surviving_id, medication.patient_id) as patient_id, medication.* exclude (patient_id)
    from lake.medication
    left join clinical.merged_patient on merged_patient.patient_id = medication.patient_id
    where medication.patient_id is not null and (medication.code is not null or medication.name is not null)
),

record as (
    select * exclude (named, rank) from clinical.repeated_medication where rank = 1
    union all by name
    select single.*
    from single
    anti join clinical.repeated_medication as repeated using (patient_id, source, medication_id)
)

select record.patient_id, record.concepts, record.matched_by, record.start_on, record.end_on, record.days_supply,
    record.status, record.route, record.strength_mg, record.start_latest_on, coalesce(record.name, record.code) as name, record.file, record.line
from record
cross join protocol.run
anti join (from lake.medication where patient_id is null) as deletion
    on deletion.source = record.source and deletion.medication_id = record.medication_id
where record.status in ('active', 'ended', 'administered', 'unknown') and record.start_on <= run.as_of
union all
-- an injection that was claimed as a procedure; clinical.finding has taken out what was retracted or not done
select patient_id, concept, matched_by, began_on, null, null, 'administered', 'injection', null, nullif(latest_on, began_on), name, file, line
from clinical.finding
where entity = 'procedure' and concept = 'b12_injection_claim'
