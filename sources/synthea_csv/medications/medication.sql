-- One row per prescription, RxNorm. Without a STOP it is still taken.
select
    line, patient as patient_id, code, 'RXNORM' as code_system, description as name, start as start_on, stop as end_on,
    case when stop is null then 'active' else 'completed' end as status
from landing.delivered
