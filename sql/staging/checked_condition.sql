-- One row per delivered condition: typed, coded and judged.
-- LOCAL ileal_resection_length_cm:<number> carries a length; without a number it is a rejection.
-- A record that its source deleted (status deleted) needs no patient: it takes back the row of its id.
with typed as (
    select
        condition.*, delivered_code.concepts, delivered_code.matched_by, delivered_code.is_scientific,
        coalesce(status.meaning, 'counted') as status_meaning,
        to_day(condition.onset_on, file.time_zone) as onset_day, to_day(condition.abated_on, file.time_zone) as abated_day,
        case when delivered_code.concepts = 'ileal_resection_length'
            then try_cast(with_point(regexp_extract(condition.code, ':\s*(.*)$', 1), file.number_marks) as double) end as length,
        coalesce(word_key(condition.status) = 'deleted' and condition_id is not null, false) as is_deleted_record,
        file.today, to_instant(condition.recorded_at, file.time_zone) as recorded_instant
    from landing.condition
    cross join landing.file
    left join staging.delivered_code
        on delivered_code.entity = 'condition' and delivered_code.code is not distinct from condition.code
        and delivered_code.code_system is not distinct from condition.code_system
    left join protocol.status on status.entity = 'condition' and status.status = word_key(condition.status)
)

select
    line, patient_id, condition_id, code_system, code, name, concepts, matched_by,
    onset_day as onset_on, abated_day as abated_on, status_meaning as status, recorded_by, length as length_cm,
    recorded_instant as recorded_at, place, shifted_days, row_key,
    case
        when patient_id is null or is_scientific then null
        when concepts is null and code is not null then 'unmapped_code'
    end as skipped_because,
    case
        when patient_id is null and not is_deleted_record then 'missing_patient_id'
        when is_scientific then 'code_in_scientific_notation'
        when skipped_because is not null then null
        when code is null then 'missing_code'
        when status_meaning = 'retracted' and condition_id is not null then null
        when onset_on is null then 'missing_date'
        when typed.recorded_at is not null and recorded_instant is null then 'bad_date'
        when onset_day is null or (abated_on is not null and abated_day is null) then 'bad_date'
        when onset_day > today then 'future_date'
        when concepts = 'ileal_resection_length' and (length is null or not isfinite(length)) then 'not_a_number'
    end as rejected_because
from typed
