-- One row per combination: everything the protocol decides for it, with reason and citation.
-- The text of the rule for anything else stands only where no alert or flag gives a reason. Priority is the smallest of the rule's, the alerts' and the flags' that is not 0.
with fitted as (
    select fit.combination, fit.decision, fit.position, rule.rule, rule.outcome, rule.priority, rule.because, rule.cites,
        fit.decision = 'next_step' and rule.conditions = 0 as is_anything_else
    from screening.fit
    join protocol.rule on rule.decision = fit.decision and rule.position = fit.position
),

-- one line an outcome: two lines of a table may raise the same alert or flag
outcome as (
    select *
    from fitted
    qualify row_number() over (partition by combination, decision, outcome order by position) = 1
),

decided as (
    select
        combination,
        any_value(rule) filter (decision = 'next_step') as rule,
        any_value(outcome) filter (decision = 'next_step') as next_step,
        any_value(outcome) filter (decision = 'cause') as cause,
        any_value(outcome) filter (decision = 'deficient') as deficient,
        any_value(outcome) filter (decision = 'at_risk') as at_risk,
        any_value(outcome) filter (decision = 'treated') as treated,
        any_value(outcome) filter (decision = 'symptom_to_test') as symptom_to_test,
        coalesce(list(outcome order by position) filter (decision = 'safety'), []) as safety,
        coalesce(list(outcome order by position) filter (decision = 'flags'), []) as flags,
        coalesce(list(outcome order by position) filter (decision = 'cohorts'), []) as cohorts,
        coalesce(min(priority) filter (decision in ('next_step', 'safety', 'flags') and priority > 0), 0) as priority,
        coalesce(
            string_agg(because, ' ' order by decision = 'next_step' desc, decision = 'safety' desc, position)
                filter ((decision in ('next_step', 'safety') or (decision = 'flags' and priority > 0)) and not is_anything_else),
            any_value(because) filter (is_anything_else)
        ) as reason,
        list(cites order by decision = 'next_step' desc, decision = 'safety' desc, position)
            filter (decision in ('next_step', 'safety') or (decision = 'flags' and priority > 0)) as cited
    from outcome
    group by combination
),

waiting as (
    select combination, list(fact) as facts from screening.deciding_fact group by combination
)

select
    decided.* exclude (cited),
    array_to_string(list_filter(flatten(decided.cited), lambda cite, place: list_position(flatten(decided.cited), cite) = place), '; ') as cites,
    coalesce(waiting.facts, []) as deciding_facts
from decided
left join waiting using (combination)
