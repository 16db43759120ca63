-- One row per patient: every patient id in any accepted row, after merges, with what was ever loaded, or only delivered, for it.
with seen as (
    select patient_id, source from lake.patient
    union
    select patient_id, source from lake.lab_result
    union
    select patient_id, source from lake.medication
    union
    select patient_id, source from lake.condition
    union
    select patient_id, source from lake.procedure
)

select
    coalesce(merged_patient.surviving_id, seen.patient_id) as patient_id,
    coalesce(bool_or(loaded_source.is_medication_loaded), false) as is_medication_loaded,
    coalesce(bool_or(loaded_source.is_condition_loaded), false) as is_condition_loaded,
    coalesce(bool_or(loaded_source.is_result_loaded), false) as is_result_loaded,
    coalesce(bool_or(loaded_source.is_medication_delivered), false) as is_medication_delivered,
    coalesce(bool_or(loaded_source.is_condition_delivered), false) as is_condition_delivered
from seen
left join clinical.merged_patient on merged_patient.patient_id = seen.patient_id
left join clinical.loaded_source on loaded_source.source = seen.source
where seen.patient_id is not null
group by all
