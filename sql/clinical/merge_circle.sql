-- One row per patient id whose merges lead in a circle of which no one was said first: its records cannot be assigned, and it stays as it is.
-- An id that another was merged into, or that survives, is in no circle.
select said_merge.patient_id
from clinical.said_merge
anti join clinical.merged_patient on merged_patient.patient_id = said_merge.patient_id
anti join clinical.merged_patient as survivor on survivor.surviving_id = said_merge.patient_id
