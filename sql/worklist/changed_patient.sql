-- One row per patient id whose results tell why an item changed: patients whose item holds other facts than tonight's worklist, or is not
-- on it, and the ids that were merged into theirs; of persons from whom a result may have been taken back, by a row of any of their ids, or
-- by a deletion that does not say whose it was. An item without facts has none to compare.
with said as (
    select distinct patient_id from lake.lab_result where status in ('retracted', 'withdrawn') or patient_id is null
),

person as (
    select coalesce(merged_patient.surviving_id, said.patient_id) as patient_id
    from said
    left join clinical.merged_patient on merged_patient.patient_id = said.patient_id
),

changed as (
    select item.patient_id
    from worklist.item_content as item
    left join worklist.tonight on tonight.patient_id = item.patient_id
    left join clinical.merged_patient on merged_patient.patient_id = item.patient_id
    where item.facts is not null and item.facts is distinct from tonight.facts
        and (
            coalesce(merged_patient.surviving_id, item.patient_id) in (from person)
            or exists (from person where person.patient_id is null)
        )
)

select patient_id from changed
union
select merged_patient.patient_id
from clinical.merged_patient
where merged_patient.surviving_id in (from changed)
