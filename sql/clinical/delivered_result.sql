-- One row per delivered lab result of an analyte that decides something, under the id that survives merges, and per patient from whom a
-- deleted record takes one back. A retraction without an analyte has a row for each analyte of what it names: by its result id, else by
-- its accession. One that names nothing delivered stays, without an analyte.
with delivered as not materialized (
    select
        coalesce(merged_patient.surviving_id, lab_result.patient_id) as patient_id,
        lab_result.* exclude (patient_id, code, name, specimen, comment, snapshot),
        lab_result.patient_id as delivered_patient_id
    from (
        select * from lake.lab_result where patient_id is not null
        union all by name
        select * from clinical.deleted_result
    ) as lab_result
    left join clinical.merged_patient on merged_patient.patient_id = lab_result.patient_id
    left join protocol.analyte on analyte.analyte = lab_result.analyte
    where analyte.decides = 'yes' or lab_result.analyte is null
),

retraction as (
    select * from delivered where analyte is null
),

target as (
    select distinct retraction.source, retraction.sha256, retraction.line, retraction.place, retraction.result_id, retraction.patient_id, delivered.analyte
    from retraction
    join delivered
        on delivered.patient_id = retraction.patient_id and delivered.source = retraction.source and delivered.result_id = retraction.result_id
    where delivered.analyte is not null
    union
    select distinct retraction.source, retraction.sha256, retraction.line, retraction.place, retraction.result_id, retraction.patient_id, delivered.analyte
    from retraction
    join delivered on delivered.patient_id = retraction.patient_id and delivered.accession_id = retraction.accession_id
    where delivered.analyte is not null and retraction.result_id is null
)

select * from delivered where analyte is not null
union all by name
select retraction.* exclude (analyte), target.analyte
from retraction
left join target
    on target.source = retraction.source and target.sha256 = retraction.sha256 and target.line = retraction.line
    and target.place = retraction.place and target.patient_id = retraction.patient_id
    and target.result_id is not distinct from retraction.result_id
