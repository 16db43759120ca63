-- One row per delivered procedure: typed, coded and judged.
-- A procedure that the protocol does not know is skipped as unmapped_code; an order code is skipped as order_code.
-- A record that its source deleted (status deleted) needs no patient: it takes back the row of its id.
with typed as (
    select
        procedure.*, delivered_code.concepts, delivered_code.matched_by, delivered_code.is_scientific,
        coalesce(status.meaning, 'counted') as status_meaning,
        to_day(procedure.performed_on, file.time_zone) as performed_day, file.today,
        coalesce(word_key(procedure.status) = 'deleted' and procedure_id is not null, false) as is_deleted_record,
        to_instant(procedure.recorded_at, file.time_zone) as recorded_instant
    from landing.procedure
    cross join landing.file
    left join staging.delivered_code
        on delivered_code.entity = 'procedure' and delivered_code.code is not distinct from procedure.code
        and delivered_code.code_system is not distinct from procedure.code_system
    left join protocol.status on status.entity = 'procedure' and status.status = word_key(procedure.status)
)

select
    line, patient_id, procedure_id, code_system, code, name, concepts, matched_by,
    performed_day as performed_on, status_meaning as status, recorded_instant as recorded_at, place, shifted_days, row_key,
    case
        when patient_id is null or is_scientific then null
        when concepts = 'order_code_lab' then 'order_code'
        when concepts is null and code is not null then 'unmapped_code'
    end as skipped_because,
    case
        when patient_id is null and not is_deleted_record then 'missing_patient_id'
        when is_scientific then 'code_in_scientific_notation'
        when skipped_because is not null then null
        when code is null then 'missing_code'
        when status_meaning = 'retracted' and procedure_id is not null then null
        when performed_on is null then 'missing_date'
        when typed.recorded_at is not null and recorded_instant is null then 'bad_date'
        when performed_day is null then 'bad_date'
        when performed_day > today then 'future_date'
    end as rejected_because
from typed
