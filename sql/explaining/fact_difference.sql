-- One row per patient of both runs and fact whose answer differs between them, and per B12 or MMA that is reported differently.
-- The protocol lists which columns of an assessment are facts. An answer that is missing in one of the runs is null; a patient, or a
-- fact, that only one of the runs has is left out.
with answer_before as (
    select patient_id, fact, answer
    from (select patient_id, cast(columns(* exclude (patient_id)) as varchar) from lake.assessment_before)
    unpivot include nulls (answer for fact in (columns(* exclude (patient_id))))
),

answer_after as (
    select patient_id, fact, answer
    from (select patient_id, cast(columns(* exclude (patient_id)) as varchar) from lake.assessment_after)
    unpivot include nulls (answer for fact in (columns(* exclude (patient_id))))
)

select answer_before.patient_id, answer_before.fact, answer_before.answer as answer_before, answer_after.answer as answer_after
from answer_before
join answer_after on answer_after.patient_id = answer_before.patient_id and answer_after.fact = answer_before.fact
where answer_before.answer is distinct from answer_after.answer
    and (answer_before.fact in ('b12_reported', 'mma_reported')
        or exists (from protocol.fact_answer where fact_answer.fact = answer_before.fact))
