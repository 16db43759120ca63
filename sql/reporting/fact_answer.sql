-- One row per fact and answer in use: in how many combinations of facts, and whether the protocol lists that answer.
-- A missing answer is shown as "(none)" and never allowed, because "unknown" is an answer of its own.
with combination as (
    select row_number() over () as combination, * from (select distinct * from bucket.combination)
),

combination_fact as (
    select combination, unnest(answers, recursive := true) from combination
)

select
    fact.fact,
    coalesce(combination_fact.answer, '(none)') as answer,
    count(*) as combinations,
    fact_answer.answer is not null as is_allowed
from combination
cross join (select distinct fact from protocol.fact_answer) as fact
left join combination_fact
    on combination_fact.combination = combination.combination and combination_fact.fact = fact.fact
left join protocol.fact_answer
    on fact_answer.fact = fact.fact and fact_answer.answer = combination_fact.answer
group by all
