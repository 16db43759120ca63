-- One row per combination and fact that decides its priority: the facts that the winning rules name, and, for a derived fact
-- that is yes, the facts of the first line that makes it so.
with recursive winning as (
    select fit.combination, fit.decision, fit.position
    from screening.fit
    join protocol.rule on rule.decision = fit.decision and rule.position = fit.position
    where fit.decision in ('next_step', 'safety', 'flags')
    qualify rule.priority > 0
        and rule.priority = min(case when rule.priority > 0 then rule.priority end) over (partition by fit.combination)
),

deciding as (
    select distinct winning.combination, condition.fact
    from winning
    join protocol.condition on condition.decision = winning.decision and condition.position = winning.position
    union
    select fit.combination, condition.fact
    from deciding
    join screening.fit on fit.combination = deciding.combination and fit.decision = deciding.fact
    join protocol.condition on condition.decision = fit.decision and condition.position = fit.position
)

select combination, fact from deciding
