-- One row per medication record whose id its source repeats for a patient, and code that it is of: its rank among the versions, 1 for the last.
-- A record id names a record of one code. Of its versions the one recorded last; where they do not say when: a retraction, then one that
-- ended, then one that is active; of these the latest end. A retraction without a code is of every code of its id.
with delivered as (
    select
        coalesce(merged_patient.surviving_id, medication.patient_id) as patient_id,
        medication.* exclude (patient_id, code_system, route_reported, shifted_days, snapshot)
    from lake.medication
    left join clinical.merged_patient on merged_patient.patient_id = medication.patient_id
    where medication.patient_id is not null and medication.medication_id is not null
),

named as (
    select delivered.*, coalesce(record_code(delivered.code), delivered.name) as named
    from delivered
    semi join (
        select patient_id, source, medication_id from delivered group by all having count(*) > 1
    ) as repeated using (patient_id, source, medication_id)
),

version as (
    select * from named where named is not null
    union all
    select named.* exclude (named), held.named
    from named
    join (select distinct patient_id, source, medication_id, named from named where named is not null) as held
        on held.patient_id = named.patient_id and held.source = named.source and held.medication_id = named.medication_id
    where named.named is null
)

select
    *,
    row_number() over (
        partition by patient_id, source, medication_id, named
        order by
            case when status = 'retracted' and recorded_at is null then timestamptz 'infinity' else recorded_at end desc nulls last,
            case status when 'retracted' then 0 when 'not_counted' then 1 when 'ended' then 2 when 'administered' then 3 when 'active' then 4 else 5 end,
            end_on desc nulls last, start_on, days_supply desc nulls last, row_key, file, line, sha256, place
    ) as rank
from version
