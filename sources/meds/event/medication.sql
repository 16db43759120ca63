-- One row per MEDICATION event. An order's START takes its end from the STOP of the same order (poe_id); the STOP itself is
-- accepted and covers nothing. An administration covers by itself; what was held or not given does not count.
with part as (
    select event.*, string_split(code, '//') as parts from landing.event where starts_with(code, 'MEDICATION//')
),

stop as (
    select subject_id, poe_id, array_to_string(parts[3:], '//') as drug, max(aligned_at) as stopped_at
    from part
    where parts[2] = 'STOP' and poe_id is not null
    group by all
)

select
    part.line, part.subject_id as patient_id, cast(null as varchar) as medication_id,
    coalesce(case when parts[2] in ('START', 'STOP') then array_to_string(parts[3:], '//') else parts[2] end, part.code) as code,
    'NAME' as code_system, cast(null as varchar) as name,
    part.aligned_at as start_on,
    case when parts[2] = 'START' then stop.stopped_at end as end_on,
    cast(null as varchar) as days_supply,
    case
        when parts[2] = 'START' then 'completed'
        when parts[2] = 'STOP' then 'stop-event'
        when starts_with(trim(parts[3]), 'Not ') then 'not-given'
        when contains(parts[3], 'Administered') or trim(parts[3]) in ('Started', 'Restarted', 'Applied') then 'administered'
        else 'not-given'
    end as status,
    part.route, cast(null as varchar) as strength_mg, part.shifted_days
from part
left join stop
    on parts[2] = 'START' and stop.subject_id = part.subject_id and stop.poe_id = part.poe_id
    and stop.drug = array_to_string(parts[3:], '//')
