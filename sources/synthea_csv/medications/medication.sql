-- One row per prescription, RxNorm. Without a STOP, or with one that is not a date or lies before the start, it is still taken.
select
    line, patient as patient_id, code, 'RXNORM' as code_system, description as name, start as start_on, stop as end_on,
    case when to_day(stop, 'UTC') >= to_day(start, 'UTC') then 'completed' else 'active' end as status
from landing.delivered
