-- One row per patient and declared fact of which a line holds: the answer of the first line that does, since when, and the record that began first; and where nobody can
-- know whether one of results or persons holds (clinical.unknown_answer), that answer alone.
-- Source: the facts that the pack declares. Since when: the earliest of all records that give this answer, by whichever line. evidence: what a line
-- says of it, in place of the usual words. Where no line holds,
-- clinical.patient_fact gives the answer that the fact has otherwise.
with decided as (
    select patient_id, fact, arg_min(answer, position) as answer
    from clinical.fact_record
    where answer is not null
    group by patient_id, fact
),

held as (
    select record.*, replace(replace(line.evidence, '{sign}', coalesce(recorded, '')), '{since}', coalesce(cast(began_on as varchar), '')) as evidence
    from clinical.fact_record as record
    join decided using (patient_id, fact, answer)
    join protocol.fact_line as line using (fact, position)
)

select
    patient_id, fact, answer, min(began_on) as began_on, arg_min(began, row(began_on, began)) as began,
    arg_min(coalesce(evidence, recorded), row(began_on, name, recorded, file, line)) as recorded,
    arg_min(evidence, row(began_on, name, recorded, file, line)) as evidence
from held
group by patient_id, fact, answer
union all by name
select patient_id, fact, answer from clinical.unknown_answer
