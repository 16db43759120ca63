-- One row per patient: the combination of facts that it has.
select patient_fact.patient_id, combination.combination
from clinical.patient_fact
natural join screening.combination -- on every fact: the columns that both have
