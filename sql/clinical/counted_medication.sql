-- One row per medication record that counts, and per injection of B12 claimed as a procedure, up to the as-of date.
-- Not counted: retracted, not taken, not given, held, deleted and future records.
-- A record id names a record of one code. Versions of one record: the one recorded last; where they do not say when: a retraction, then
-- one that ended, then one that is active; of these the latest end. A record without an id has no other version. A retraction without a
-- code is of every code of its id.
with delivered as (
    select
        coalesce(merged_patient.surviving_id, medication.patient_id) as patient_id,
        medication.* exclude (patient_id), coalesce(record_code(medication.code), medication.name) as named
    from lake.medication
    left join clinical.merged_patient on merged_patient.patient_id = medication.patient_id
),

record as (
    select * from delivered where named is not null or patient_id is null
    union all by name
    select delivered.* exclude (named), held.named
    from delivered
    join (select distinct patient_id, source, medication_id, named from delivered where named is not null) as held
        on held.patient_id = delivered.patient_id and held.source = delivered.source and held.medication_id = delivered.medication_id
    where delivered.named is null
),

repeated as (
    select patient_id, source, medication_id, named
    from record
    where medication_id is not null
    group by all
    having count(*) > 1
),

version as (
    select record.source, record.sha256, record.line, record.place, record.named,
        row_number() over (
            partition by record.patient_id, record.source, record.medication_id, record.named
            order by
                case when record.status = 'retracted' and record.recorded_at is null then timestamptz 'infinity' else record.recorded_at end desc nulls last,
                case record.status when 'retracted' then 0 when 'not_counted' then 1 when 'ended' then 2 when 'administered' then 3 when 'active' then 4 else 5 end,
                record.end_on desc nulls last, record.start_on, record.days_supply desc nulls last, record.row_key, record.file, record.line, record.sha256, record.place
        ) as rank
    from record
    join repeated using (patient_id, source, medication_id, named)
)

select record.patient_id, record.concepts, record.matched_by, record.start_on, record.end_on, record.days_supply,
    record.status, record.route, record.strength_mg, record.start_latest_on, coalesce(record.name, record.code) as name, record.file, record.line
from record
cross join protocol.run
left join version
    on version.source = record.source and version.sha256 = record.sha256 and version.line = record.line and version.place = record.place
    and version.named = record.named
anti join (from record where patient_id is null) as deletion
    on deletion.source = record.source and deletion.medication_id = record.medication_id
where record.status in ('active', 'ended', 'administered', 'unknown') and record.start_on <= run.as_of and coalesce(version.rank, 1) = 1
union all
-- an injection that was claimed as a procedure; clinical.finding has taken out what was retracted or not done
select patient_id, concept, matched_by, began_on, null, null, 'administered', 'injection', null, nullif(latest_on, began_on), name, file, line
from clinical.finding
where entity = 'procedure' and concept = 'b12_injection_claim'
