-- One row per fact and answer in use: in how many combinations of facts, and whether the protocol lists that answer.
-- A missing answer is shown as "(none)" and never allowed, because "unknown" is an answer of its own.
select
    fact.fact,
    coalesce(combination_fact.answer, '(none)') as answer,
    count(*) as combinations,
    fact_answer.answer is not null as is_allowed
from screening.combination
cross join (select distinct fact from protocol.fact_answer) as fact
left join screening.combination_fact
    on combination_fact.combination = combination.combination and combination_fact.fact = fact.fact
left join protocol.fact_answer
    on fact_answer.fact = fact.fact and fact_answer.answer = combination_fact.answer
group by all
