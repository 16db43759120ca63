-- One row per PROCEDURE or HCPCS event. ICD procedures carry their code; items of the intensive care unit and HCPCS rows,
-- which carry a heading instead of a code, are local codes and end as unmapped.
select
    event.line, event.subject_id as patient_id, cast(null as varchar) as procedure_id,
    case when starts_with(event.code, 'PROCEDURE//ICD//') then split_part(event.code, '//', 4) else event.code end as code,
    case
        when starts_with(event.code, 'PROCEDURE//ICD//9//') then 'ICD9PROC'
        when starts_with(event.code, 'PROCEDURE//ICD//10//') then 'ICD10PCS'
        else 'LOCAL'
    end as code_system,
    event_code.description as name, event.aligned_at as performed_on, cast(null as varchar) as status, event.shifted_days
from landing.event
left join landing.event_code on event_code.code = event.code
where starts_with(event.code, 'PROCEDURE//') or starts_with(event.code, 'HCPCS//')
