-- One row per shadow protocol, decision by the protocol of the run and decision by the shadow: how many patients of a bucket. Null: not on the worklist.
-- Source: screening.shadow_decision, which holds whom each protocol would list: 0 is that of the run. Without shadows it has no row.
with was as (
    select shadow_pack.number as shadow, decision.* exclude (number)
    from screening.shadow_decision as decision
    cross join screening.shadow_pack
    where decision.number = 0
),

now as (
    select number as shadow, * exclude (number) from screening.shadow_decision where number > 0
)

select
    shadow, was.priority as from_priority, was.rule as from_rule, was.next_step as from_next_step, was.safety as from_safety, was.flags as from_flags,
    now.priority as to_priority, now.rule as to_rule, now.next_step as to_next_step, now.safety as to_safety, now.flags as to_flags, now.cohorts as to_cohorts,
    count(*) as patients
from was
full join now using (shadow, patient_id)
group by all
