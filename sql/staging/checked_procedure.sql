-- One row per delivered procedure: typed, coded and judged.
-- A procedure that the protocol does not know is skipped as unmapped_code, an order code as order_code, before anything else of it is
-- judged. A year or a month is kept as its first and last day; an unreadable time of recording is left out and named in `blanked`.
-- A retraction needs neither a code nor a date: it takes back what its id names. A record that its source deleted (status deleted)
-- needs no patient either. A status that no table knows is unknown.
with typed as (
    select
        procedure.* exclude (recorded_at), delivered_code.concepts, delivered_code.matched_by,
        coalesce(status.meaning, case when procedure.status is null then 'counted' else 'unknown' end) as status_meaning,
        first_day(procedure.performed_on, file.time_zone) as performed_day, latest_day(procedure.performed_on) as last_performed_day,
        coalesce(status_key(procedure.status) = 'deleted' and procedure_id is not null, false) as is_deleted_record,
        procedure.recorded_at as recorded_text, to_instant(procedure.recorded_at, file.time_zone) as recorded_instant,
        file.time_zone, batch_file.received_at
    from landing.procedure
    cross join landing.file
    inner join landing.batch_file on batch_file.number = file_number(procedure.line)
    left join staging.delivered_code
        on delivered_code.entity = 'procedure' and delivered_code.code is not distinct from procedure.code
        and delivered_code.code_system is not distinct from procedure.code_system
    left join protocol.status on status.entity = 'procedure' and status.status = status_key(procedure.status)
)

select
    line, patient_id, procedure_id, code_system, code, name, concepts, matched_by,
    performed_day as performed_on, last_performed_day as performed_latest_on,
    status_meaning as status, recorded_instant as recorded_at, place, shifted_days, row_key,
    list_filter([case when recorded_text is not null and recorded_instant is null then 'recorded_at' end], lambda one: one is not null)
        as blanked,
    case
        when is_scientific(code) then null
        when concepts = 'order_code_lab' then 'order_code'
        when concepts is null and code is not null then 'unmapped_code'
    end as skipped_because,
    case
        when skipped_because is not null then null
        when patient_id is null and not is_deleted_record then 'missing_patient_id'
        when is_scientific(patient_id) or is_scientific(procedure_id) then 'id_in_scientific_notation'
        when is_scientific(code) then 'code_in_scientific_notation'
        when status_meaning = 'retracted' and procedure_id is not null then null
        when code is null then 'missing_code'
        when performed_on is null then 'missing_date'
        when performed_day is null then 'bad_date'
        when is_future(performed_on, performed_day, time_zone, received_at) then 'future_date'
    end as rejected_because
from typed
