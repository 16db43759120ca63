-- One row per distinct combination of the facts in words that a patient of a bucket has.
select * exclude (combination) from screening.combination
