-- One row per delivered condition: typed, coded and judged.
-- A condition that the protocol does not know is skipped as unmapped_code before anything else of it is judged.
-- LOCAL ileal_resection_length_cm:<number> carries a length; without a number it is a rejection. A year or a month is kept as its first
-- and last day. An end or a time of recording that cannot be read is left out and named in `blanked`; a sentinel is an open end.
-- A retraction needs neither a code nor a date: it takes back what its id names. A record that its source deleted (status deleted)
-- needs no patient either. A status that no table knows is unknown.
with typed as (
    select
        condition.* exclude (recorded_at), delivered_code.concepts, delivered_code.matched_by,
        coalesce(status.meaning, case when condition.status is null then 'counted' else 'unknown' end) as status_meaning,
        first_day(condition.onset_on, file.time_zone) as onset_day, latest_day(condition.onset_on) as last_onset_day,
        coalesce(latest_day(condition.abated_on), to_day(condition.abated_on, file.time_zone)) as abated_day,
        case when delivered_code.concepts = 'ileal_resection_length'
            then try_cast(with_point(trim(regexp_extract(condition.code, ':(.*)$', 1)), file.number_marks) as double) end as length,
        coalesce(status_key(condition.status) = 'deleted' and condition_id is not null, false) as is_deleted_record,
        condition.recorded_at as recorded_text, to_instant(condition.recorded_at, file.time_zone) as recorded_instant,
        file.time_zone, batch_file.received_at
    from landing.condition
    cross join landing.file
    inner join landing.batch_file on batch_file.number = file_number(condition.line)
    left join staging.delivered_code
        on delivered_code.entity = 'condition' and delivered_code.code is not distinct from condition.code
        and delivered_code.code_system is not distinct from condition.code_system
    left join protocol.status on status.entity = 'condition' and status.status = status_key(condition.status)
)

select
    line, patient_id, condition_id, code_system, code, name, concepts, matched_by,
    onset_day as onset_on, last_onset_day as onset_latest_on, abated_day as abated_on, status_meaning as status,
    recorded_by, length as length_cm, recorded_instant as recorded_at, place, shifted_days, row_key,
    list_filter([
        case when abated_on is not null and abated_day is null and not is_sentinel(abated_on, time_zone) then 'abated_on' end,
        case when recorded_text is not null and recorded_instant is null then 'recorded_at' end
    ], lambda one: one is not null) as blanked,
    case when concepts is null and code is not null and not is_scientific(code) then 'unmapped_code' end as skipped_because,
    case
        when skipped_because is not null then null
        when patient_id is null and not is_deleted_record then 'missing_patient_id'
        when is_scientific(patient_id) or is_scientific(condition_id) then 'id_in_scientific_notation'
        when is_scientific(code) then 'code_in_scientific_notation'
        when status_meaning = 'retracted' and condition_id is not null then null
        when code is null then 'missing_code'
        when onset_on is null then 'missing_date'
        when onset_day is null then 'bad_date'
        when is_future(onset_on, onset_day, time_zone, received_at) then 'future_date'
        when concepts = 'ileal_resection_length' and (length is null or not isfinite(length)) then 'not_a_number'
    end as rejected_because
from typed
