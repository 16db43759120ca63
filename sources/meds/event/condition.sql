-- One row per DIAGNOSIS event: DIAGNOSIS//ICD//<9 or 10>//<code without dot>.
select
    event.line, event.subject_id as patient_id, cast(null as varchar) as condition_id,
    split_part(event.code, '//', 4) as code,
    case split_part(event.code, '//', 3) when '9' then 'ICD9CM' when '10' then 'ICD10CM' else 'UNKNOWN' end as code_system,
    event_code.description as name, event.aligned_at as onset_on,
    cast(null as varchar) as abated_on, cast(null as varchar) as status, cast(null as varchar) as recorded_by, event.shifted_days
from landing.event
left join landing.event_code on event_code.code = event.code
where starts_with(event.code, 'DIAGNOSIS//')
