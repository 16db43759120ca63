-- One row per patient id that was merged into another: the id that survives, at the end of the chain.
-- Ids merged in a circle stay as they are: whose record is whose cannot be known.
with recursive step as (
    select patient_id, max(merged_into) as merged_into
    from lake.patient
    where merged_into is not null and merged_into <> patient_id
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
