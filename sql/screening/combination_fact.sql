-- One row per combination and fact: its answer.
-- A fact of the pack's own of which no line holds has the answer that its declaration gives then.
select combination, fact, answer
from (unpivot (select * from screening.combination) on columns(* exclude (combination, own_answers)) into name fact value answer)
union all
select combination, own.fact, own.answer
from (select combination, unnest(own_answers) as own from screening.combination)
union all
select combination.combination, unfilled_answer.fact, unfilled_answer.answer
from screening.combination
join protocol.unfilled_answer
    on unfilled_answer.is_condition_loaded = (combination.conditions = 'loaded') and unfilled_answer.is_medication_loaded = (combination.medications = 'loaded')
join protocol.declared_fact on declared_fact.fact = unfilled_answer.fact and not declared_fact.is_shared
where not list_contains(list_transform(combination.own_answers, lambda each: each.fact), unfilled_answer.fact)
