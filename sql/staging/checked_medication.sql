-- One row per delivered medication record: typed, coded and judged.
-- A drug of no class that the protocol knows is skipped as unmapped_code and counted by code and name, before anything else of it is
-- judged. Without a known delivered route, the drug's counts. A start known as a year or a month is kept as its first and last day.
-- An end, a supply (at most a century), a strength or a time of recording that cannot be read is left out and named in `blanked`; a
-- sentinel is an open end. A retraction needs neither a code nor a date: it takes back what its id names. A record that its source deleted
-- (status deleted) needs no patient either. A status that is not listed is unknown.
with typed as (
    select
        medication.* exclude (recorded_at), delivered_code.concepts, delivered_code.matched_by,
        coalesce(status.meaning, case when medication.status is null then 'active' else 'unknown' end) as status_meaning,
        coalesce(route.kind, delivered_code.route) as route_kind,
        first_day(medication.start_on, file.time_zone) as start_day, latest_day(medication.start_on) as last_start_day,
        coalesce(latest_day(medication.end_on), to_day(medication.end_on, file.time_zone)) as end_day,
        try_cast(with_point(medication.days_supply, file.number_marks) as double) as supply,
        try_cast(with_point(medication.strength_mg, file.number_marks) as double) as strength,
        coalesce(status_key(medication.status) = 'deleted' and medication_id is not null, false) as is_deleted_record,
        medication.recorded_at as recorded_text, to_instant(medication.recorded_at, file.time_zone) as recorded_instant, file.time_zone, batch_file.received_at
    from landing.medication
    cross join landing.file
    inner join landing.batch_file on batch_file.number = file_number(medication.line)
    left join staging.delivered_code
        on delivered_code.entity = 'medication' and delivered_code.code is not distinct from medication.code
        and delivered_code.code_system is not distinct from medication.code_system and delivered_code.name is not distinct from medication.name
    left join protocol.status on status.entity = 'medication' and status.status = status_key(medication.status)
    left join protocol.route on route.route = word_key(medication.route)
),

readable as (
    select
        *,
        case when supply between 0 and 36525 then cast(supply as integer) end as supply_days,
        case when isfinite(strength) and strength >= 0 then strength end as readable_strength
    from typed
)

select
    line, patient_id, medication_id, code_system, code, name, concepts, matched_by,
    start_day as start_on, last_start_day as start_latest_on, end_day as end_on, supply_days as days_supply,
    status_meaning as status, route as route_reported, coalesce(route_kind, 'unknown') as route,
    readable_strength as strength_mg, recorded_instant as recorded_at, place, shifted_days, row_key,
    list_filter([
        case when end_on is not null and end_day is null and not is_sentinel(end_on, time_zone) then 'end_on' end,
        case when days_supply is not null and supply_days is null then 'days_supply' end,
        case when strength_mg is not null and readable_strength is null then 'strength_mg' end,
        case when recorded_text is not null and recorded_instant is null then 'recorded_at' end
    ], lambda one: one is not null) as blanked,
    case when concepts is null and (code is not null or name is not null) and not is_scientific(code) then 'unmapped_code' end
        as skipped_because,
    case
        when skipped_because is not null then null
        when patient_id is null and not is_deleted_record then 'missing_patient_id'
        when is_scientific(patient_id) or is_scientific(medication_id) then 'id_in_scientific_notation'
        when is_scientific(code) then 'code_in_scientific_notation'
        when status_meaning = 'retracted' and medication_id is not null then null
        when code is null and name is null then 'missing_code'
        when start_on is null then 'missing_date'
        when start_day is null then 'bad_date'
        when is_future(start_on, start_day, time_zone, received_at) then 'future_date'
    end as rejected_because
from readable
