-- One row per delivered patient row: typed and judged.
-- A date that cannot be read, or lies in the future, is left out and named in `blanked`; the row goes in with all else it says.
-- A year or a month of birth is kept as its first and last day. Null in is_deceased, is_opted_out, is_deleted and merged_into is "not stated"; an
-- ID merged into itself means not merged. An opt-out in unmapped words counts as an opt-out: a refusal is never read as consent.
-- A death without a date (true) is a death all the same; one known as a year or a month is dated by its first day; a sentinel does not count as a death.
with typed as (
    select
        patient.* exclude (recorded_at), patient.recorded_at as recorded_text,
        lower(patient.deceased_on) in ('true', 'yes', 'y', 't', '1', 'dead', 'deceased') as is_dead_undated,
        lower(patient.deceased_on) in ('false', 'no', 'n', 'f', '0', 'alive')
            or is_sentinel(patient.deceased_on, file.time_zone) as is_alive,
        first_day(patient.birth_date, file.time_zone) as first_birth_day, latest_day(patient.birth_date) as last_birth_day,
        first_day(patient.deceased_on, file.time_zone) as death_day,
        latest_day(patient.deceased_on) as last_death_day, to_instant(patient.recorded_at, file.time_zone) as recorded_instant,
        case when patient.status is not null then coalesce(status.meaning = 'retracted', false) end as is_deleted,
        lower(patient.opted_out) as opting_out, file.time_zone, batch_file.received_at
    from landing.patient
    cross join landing.file
    inner join landing.batch_file on batch_file.number = file_number(patient.line)
    left join protocol.status on status.entity = 'patient' and status.status = status_key(patient.status)
),

judged as (
    select
        *,
        first_birth_day is not null and not is_future(birth_date, first_birth_day, time_zone, received_at) as is_born,
        death_day is not null and not is_future(deceased_on, death_day, time_zone, received_at) as is_dead_on_day
    from typed
)

select
    line, patient_id,
    case when is_born then first_birth_day end as birth_on,
    case when is_born then last_birth_day end as birth_latest_on,
    case when lower(sex) in ('female', 'male', 'other') then lower(sex) else 'unknown' end as sex,
    case when is_dead_on_day then death_day end as deceased_on,
    case when is_dead_on_day then last_death_day end as deceased_latest_on,
    case when is_alive then false when is_dead_undated or is_dead_on_day then true end as is_deceased,
    site,
    opting_out not in ('false', 'f', 'no', 'n', '0') as is_opted_out, is_deleted,
    case when not is_scientific(merged_into) then merged_into end as merged_into,
    recorded_instant as recorded_at, place, shifted_days, row_key,
    list_filter([
        case when birth_date is not null and not is_born then 'birth_date' end,
        case when not is_alive and not is_dead_undated and not is_dead_on_day then 'deceased_on' end,
        case when is_scientific(merged_into) then 'merged_into' end,
        case when recorded_text is not null and recorded_instant is null then 'recorded_at' end
    ], lambda one: one is not null) as blanked,
    cast(null as varchar) as skipped_because,
    case
        when patient_id is null then 'missing_patient_id'
        when is_scientific(patient_id) then 'id_in_scientific_notation'
    end as rejected_because
from judged
