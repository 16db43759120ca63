-- One row per patient and declared fact of which a line holds: the answer of the first line that does, since when, and the record that began first.
-- Source: the facts that the pack declares. rank: lines of one answer share it, that of the first of them. Where no line holds, clinical.patient_fact gives the answer that the fact has otherwise.
select
    patient_id, fact, arg_min(answer, rank) as answer,
    arg_min(began_on, row(rank, began_on)) as began_on,
    arg_min(began, row(rank, began_on, began)) as began,
    arg_min(recorded, row(rank, began_on, name, recorded, file, line)) as recorded
from clinical.fact_record
where answer is not null
group by patient_id, fact
