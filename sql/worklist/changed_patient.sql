-- One row per patient id whose results tell why an item changed: patients whose item holds other
-- facts than tonight's worklist, or is not on it, and the ids that were merged into theirs. An item
-- without facts has none to compare.
with changed as (
    select item.patient_id
    from worklist.item
    left join worklist.tonight on tonight.patient_id = item.patient_id
    where item.facts is not null and item.facts is distinct from tonight.facts
)

select patient_id from changed
union
select merged_patient.patient_id
from clinical.merged_patient
where merged_patient.surviving_id in (from changed)
