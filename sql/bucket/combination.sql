-- One row per distinct combination of the facts in words that a patient of a bucket has: all of its answers, by fact.
select list(struct_pack(fact := fact, answer := answer) order by fact) as answers from screening.combination_fact group by combination
