-- One row per patient and declared fact of which a line holds: the answer of the first line that does, since when, and the record that began first.
-- Source: the facts that the pack declares. Since when: the earliest of all records that give this answer, by whichever line. Where no line holds,
-- clinical.patient_fact gives the answer that the fact has otherwise.
with decided as (
    select patient_id, fact, arg_min(answer, position) as answer
    from clinical.fact_record
    where answer is not null
    group by patient_id, fact
)

select
    patient_id, fact, answer, min(began_on) as began_on, arg_min(began, row(began_on, began)) as began,
    arg_min(recorded, row(began_on, name, recorded, file, line)) as recorded
from clinical.fact_record
join decided using (patient_id, fact, answer)
group by patient_id, fact, answer
