-- One row per patient id that was merged into another: the id that survives, at the end of the chain.
-- Of one source, what it said last of an id counts, so that a merge can be undone; at the same time, a merge takes precedence over no merge.
-- A row was said when it was recorded, else when its file came.
-- Ids merged in a circle stay as they are: their records cannot be assigned.
with recursive last_said as (
    select patient.patient_id, patient.merged_into
    from lake.patient
    left join lake.delivery on delivery.source = patient.source and delivery.sha256 = patient.sha256 and delivery.refused is null
    where patient.merged_into is not null and patient.patient_id is not null
    qualify row_number() over (
        partition by patient.patient_id, patient.source
        order by
            coalesce(patient.recorded_at, delivery.received_at) desc nulls last, patient.merged_into = patient.patient_id,
            patient.merged_into desc
    ) = 1
),

step as (
    select patient_id, max(merged_into) as merged_into
    from last_said
    where merged_into <> patient_id
    group by patient_id
),

chain as (
    select patient_id, merged_into, 1 as depth from step
    union all
    select chain.patient_id, step.merged_into, chain.depth + 1
    from chain
    join step on step.patient_id = chain.merged_into
    where chain.depth < 50
)

select chain.patient_id, chain.merged_into as surviving_id
from chain
anti join step on step.patient_id = chain.merged_into
