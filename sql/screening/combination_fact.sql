-- One row per combination and fact: its answer.
unpivot (select * from screening.combination)
on columns(* exclude (combination))
into name fact value answer
