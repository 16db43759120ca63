-- One row per combination and fact known so far: the base facts; each decision adds its own answer in turn.
select combination, fact, answer from screening.combination_fact
