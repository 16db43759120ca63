-- One row: how many patients there are, how many were assessed, and how many went missing between the two; and how many rows of facts
-- repeat a patient or name none.
-- A lost assessment (a fact without an answer joins to no row) and a duplicate would cancel out; that patient ids are
-- unique is expected of screening.assessment itself.
select
    counted.patients, assessment.assessed, counted.patients - assessment.assessed as missing,
    counted.fact_rows_repeated, counted.fact_rows_without_patient
from (
    select
        cast(sum(patients) as bigint) as patients,
        cast(sum(fact_rows - fact_patients - fact_rows_without_patient) as bigint) as fact_rows_repeated,
        cast(sum(fact_rows_without_patient) as bigint) as fact_rows_without_patient
    from bucket.patient_count
) as counted
cross join (select count(*) as assessed from screening.assessment) as assessment
