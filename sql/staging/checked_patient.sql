-- One row per delivered patient row: typed and judged.
-- An optional date that is delivered and cannot be read is a rejection (bad_date), never an unknown.
-- Null in is_deceased, is_opted_out and merged_into is "not stated"; an ID merged into itself means not merged.
-- An opt-out in unmapped words counts as an opt-out: a refusal is never read as consent.
-- A death without its date (true) is dated by the day on which it was known.
with typed as (
    select
        patient.*, file.time_zone, file.today,
        lower(trim(patient.deceased_on)) in ('true', 'yes', 'y') as is_dead_undated,
        lower(trim(patient.deceased_on)) in ('false', 'no', 'n') as is_alive,
        to_day(patient.birth_date, file.time_zone) as birth_day, to_day(patient.deceased_on, file.time_zone) as death_day,
        to_instant(patient.recorded_at, file.time_zone) as recorded_instant, to_day(patient.recorded_at, file.time_zone) as recorded_day,
        lower(trim(patient.opted_out)) as opting_out
    from landing.patient
    cross join landing.file
)

select
    line, patient_id, birth_day as birth_on,
    case when lower(trim(sex)) in ('female', 'male', 'other') then lower(trim(sex)) else 'unknown' end as sex,
    case when is_dead_undated then least(coalesce(recorded_day, today), today) else death_day end as deceased_on,
    not is_alive as is_deceased,
    site,
    opting_out not in ('false', 'f', 'no', 'n', '0', 'none') as is_opted_out,
    merged_into, recorded_instant as recorded_at, place, shifted_days, row_key,
    cast(null as varchar) as skipped_because,
    case
        when patient_id is null then 'missing_patient_id'
        when birth_date is not null and birth_day is null then 'bad_date'
        when recorded_at is not null and recorded_instant is null then 'bad_date'
        when not is_alive and not is_dead_undated and death_day is null then 'bad_date'
        when birth_day > today or death_day > today then 'future_date'
    end as rejected_because
from typed
