-- One row per delivered patient row: what it says, under the id that survives merges (patient_id) and the id that it names (delivered_id).
-- Source: protocol §1, Who. known_at: when it was recorded, else when its file came. A birth or death known to the day has that day as its
-- latest day too; a date of death without a state says that the patient died.
select
    coalesce(merged_patient.surviving_id, patient.patient_id) as patient_id,
    patient.patient_id as delivered_id, patient.source, coalesce(patient.recorded_at, delivery.received_at) as known_at,
    patient.birth_on, coalesce(patient.birth_latest_on, patient.birth_on) as birth_latest_on, patient.sex, patient.deceased_on,
    coalesce(patient.deceased_latest_on, patient.deceased_on) as deceased_latest_on, patient.site,
    patient.is_opted_out, patient.is_deleted, coalesce(patient.is_deceased, case when patient.deceased_on is not null then true end) as is_deceased
from lake.patient
left join lake.delivery on delivery.source = patient.source and delivery.sha256 = patient.sha256 and delivery.refused is null
left join clinical.merged_patient on merged_patient.patient_id = patient.patient_id
