-- One row per patient ID, as delivered, of a patient who is explained, with the ID that survives its merges.
select patient_id as surviving_id, patient_id from explaining.explained_patient
union
select merged_patient.surviving_id, merged_patient.patient_id
from clinical.merged_patient
semi join explaining.explained_patient on explained_patient.patient_id = merged_patient.surviving_id
