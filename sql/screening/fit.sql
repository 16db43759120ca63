-- One row per combination and rule that fits, of the decision in turn: every rule when it collects, else the first.
-- A rule fits when each fact it names has one of the answers it lists; a rule without facts always fits.
-- Run once for each decision, in turn (pipeline/screening/apply_rules.py).
with fitting as (
    select known.combination, rule.decision, rule.position
    from screening.turn
    join protocol.rule on rule.decision = turn.decision
    join protocol.condition on condition.decision = rule.decision and condition.position = rule.position
    join screening.known on known.fact = condition.fact and known.answer = condition.answer
    group by known.combination, rule.decision, rule.position, rule.conditions
    having count(*) = rule.conditions
    union all
    select combination.combination, rule.decision, rule.position
    from screening.turn
    join protocol.rule on rule.decision = turn.decision
    cross join screening.combination
    where rule.conditions = 0
)

select fitting.combination, fitting.decision, fitting.position
from fitting
cross join screening.turn
qualify turn.collects or fitting.position = min(fitting.position) over (partition by fitting.combination)
