-- One row per medication record that counts, and per injection of B12 claimed as a procedure, up to the as-of date.
-- Not counted: retracted, not taken, not given, held, deleted and future records.
-- A record id names a record of one code. Versions of one record: the one recorded last; where they do not say when: a retraction, then
-- one that ended, then one that is active; of these the latest end. A record without an id has no other version. A retraction without a
-- code is of every code of its id.
with delivered as (
    select
        coalesce(merged_patient.surviving_id, medication.patient_id) as patient_id,
        medication.* exclude (patient_id, code_system, route_reported, shifted_days, snapshot)
    from lake.medication
    left join clinical.merged_patient on merged_patient.patient_id = medication.patient_id
    where medication.patient_id is not null
),

repeated as (
    select patient_id, source, medication_id from delivered where medication_id is not null group by all having count(*) > 1
),

named as (
    select delivered.*, coalesce(record_code(delivered.code), delivered.name) as named
    from delivered
    semi join repeated using (patient_id, source, medication_id)
),

version as (
    select * from named where named is not null
    union all
    select named.* exclude (named), held.named
    from named
    join (select distinct patient_id, source, medication_id, named from named where named is not null) as held
        on held.patient_id = named.patient_id and held.source = named.source and held.medication_id = named.medication_id
    where named.named is null
),

last_version as (
    select * exclude (named)
    from version
    qualify row_number() over (
        partition by patient_id, source, medication_id, named
        order by
            case when status = 'retracted' and recorded_at is null then timestamptz 'infinity' else recorded_at end desc nulls last,
            case status when 'retracted' then 0 when 'not_counted' then 1 when 'ended' then 2 when 'administered' then 3 when 'active' then 4 else 5 end,
            end_on desc nulls last, start_on, days_supply desc nulls last, row_key, file, line, sha256, place
    ) = 1
),

record as (
    select * from last_version
    union all
    select delivered.*
    from delivered
    anti join repeated using (patient_id, source, medication_id)
    where delivered.code is not null or delivered.name is not null
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
