-- One row: how many patients of a bucket the run published last assessed, and how many of them are in no row any more.
-- Merged patients count under the remaining ID.
select count(*) as patients_before, count(*) filter (population.patient_id is null) as patients_gone
from lake.published_patient
left join clinical.merged_patient on merged_patient.patient_id = published_patient.patient_id
left join clinical.population on population.patient_id = coalesce(merged_patient.surviving_id, published_patient.patient_id)
