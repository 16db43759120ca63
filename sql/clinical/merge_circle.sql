-- One row per patient id whose merges lead in a circle of which no one was said first: its records cannot be assigned, and it stays as it is.
-- An id that another was merged into, or that survives, is in no circle.
with said as (
    select patient.patient_id
    from lake.patient
    left join lake.delivery on delivery.source = patient.source and delivery.sha256 = patient.sha256 and delivery.refused is null
    where patient.merged_into is not null and patient.patient_id is not null
    qualify row_number() over (
        partition by patient.patient_id, patient.source
        order by
            coalesce(patient.recorded_at, delivery.received_at) desc nulls last, patient.merged_into = patient.patient_id,
            patient.merged_into desc
    ) = 1 and patient.merged_into <> patient.patient_id
)

select distinct said.patient_id
from said
anti join clinical.merged_patient on merged_patient.patient_id = said.patient_id
anti join clinical.merged_patient as survivor on survivor.surviving_id = said.patient_id
