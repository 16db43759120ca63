-- One row per rule and next step that decided for at least one patient: how many patients, and whether the protocol has that rule
-- with that next step. No rule at all is shown as "(none)".
with known as (
    select distinct rule, outcome from protocol.rule where decision = 'next_step'
)

select
    coalesce(assessment.rule, '(none)') as rule,
    coalesce(assessment.next_step, '(none)') as next_step,
    count(*) as patients,
    known.rule is not null as is_known
from screening.assessment
left join known on known.rule = assessment.rule and known.outcome = assessment.next_step
group by all
