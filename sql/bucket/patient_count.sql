-- One row: how many patients a bucket has, and of their rows of facts how many there are, of how many patients, and how many name no patient.
select
    population.patients, fact.rows as fact_rows, fact.patients as fact_patients, fact.rows - fact.named as fact_rows_without_patient
from (select count(*) as patients from clinical.population) as population
cross join (
    select count(*) as rows, count(patient_id) as named, count(distinct patient_id) as patients from clinical.patient_fact
) as fact
