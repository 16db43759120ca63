-- One row per delivered medication record: typed, coded and judged.
-- A drug of no class that the protocol knows is skipped as unmapped_code and counted by code and name.
-- An end or a supply that is delivered and cannot be read is a rejection, never "no end"; a supply of over a century is a slip.
-- A record that its source deleted (status deleted) needs no patient: it takes back the row of its id.
with typed as (
    select
        medication.*, delivered_code.concepts, delivered_code.matched_by, delivered_code.is_scientific,
        coalesce(status.meaning, case when medication.status is null then 'active' else 'ended' end) as status_meaning,
        coalesce(route.kind, case when regexp_matches(delivered_code.concepts, 'b12_hydroxocobalamin_product|b12_injection_claim') then 'injection' end) as route_kind,
        to_day(medication.start_on, file.time_zone) as start_day, to_day(medication.end_on, file.time_zone) as end_day,
        try_cast(with_point(medication.days_supply, file.number_marks) as double) as supply, try_cast(with_point(medication.strength_mg, file.number_marks) as double) as strength,
        coalesce(word_key(medication.status) = 'deleted' and medication_id is not null, false) as is_deleted_record,
        file.today, to_instant(medication.recorded_at, file.time_zone) as recorded_instant
    from landing.medication
    cross join landing.file
    left join staging.delivered_code
        on delivered_code.entity = 'medication' and delivered_code.code is not distinct from medication.code
        and delivered_code.code_system is not distinct from medication.code_system
        and delivered_code.name is not distinct from medication.name
    left join protocol.status on status.entity = 'medication' and status.status = word_key(medication.status)
    left join protocol.route on route.route = word_key(medication.route)
)

select
    line, patient_id, medication_id, code_system, code, name, concepts, matched_by,
    start_day as start_on, end_day as end_on, case when supply between 0 and 36525 then cast(supply as integer) end as days_supply,
    status_meaning as status, route as route_reported, coalesce(route_kind, 'unknown') as route,
    strength as strength_mg, recorded_instant as recorded_at, place, shifted_days, row_key,
    case
        when patient_id is null or is_scientific then null
        when concepts is null and (code is not null or name is not null) then 'unmapped_code'
    end as skipped_because,
    case
        when patient_id is null and not is_deleted_record then 'missing_patient_id'
        when is_scientific then 'code_in_scientific_notation'
        when skipped_because is not null then null
        when code is null and name is null then 'missing_code'
        when status_meaning = 'retracted' and medication_id is not null then null
        when start_on is null then 'missing_date'
        when typed.recorded_at is not null and recorded_instant is null then 'bad_date'
        when start_day is null or (end_on is not null and end_day is null) then 'bad_date'
        when start_day > today then 'future_date'
        when days_supply is not null and (supply is null or supply < 0 or not isfinite(supply)) then 'not_a_number'
        when strength_mg is not null and (strength is null or not isfinite(strength)) then 'not_a_number'
        when supply > 36525 then 'implausible_value'
    end as rejected_because
from typed
