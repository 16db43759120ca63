-- One row per delivered lab result of an analyte that decides something, under the id that survives merges, and per patient from whom a
-- deleted record takes one back. A row without an analyte takes back what it names, and stays.
with delivered as (
    select * from lake.lab_result where patient_id is not null
    union all by name
    select * from clinical.deleted_result
)

select
    coalesce(merged_patient.surviving_id, delivered.patient_id) as patient_id,
    delivered.* exclude (patient_id), delivered.patient_id as delivered_patient_id
from delivered
left join clinical.merged_patient on merged_patient.patient_id = delivered.patient_id
left join protocol.analyte on analyte.analyte = delivered.analyte
where analyte.decides = 'yes' or delivered.analyte is null
