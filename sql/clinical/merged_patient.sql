-- One row per patient id that was merged into another: the id that survives, at the end of the chain.
-- What each source said last of an id counts, so that a merge can be undone, and of the merges of several sources the one said last; at
-- the same time, a merge takes precedence over no merge. A row was said when it was recorded, else when its file came.
-- Of merges in a circle the one said first is dropped. Where no one of them was first, their ids stay as they are: their records cannot be
-- assigned (clinical.merge_circle).
with recursive last_said as (
    select
        patient.patient_id, patient.merged_into,
        coalesce(patient.recorded_at, delivery.received_at) as said_at
    from lake.patient
    left join lake.delivery on delivery.source = patient.source and delivery.sha256 = patient.sha256 and delivery.refused is null
    where patient.merged_into is not null and patient.patient_id is not null
    qualify row_number() over (
        partition by patient.patient_id, patient.source
        order by said_at desc nulls last, patient.merged_into = patient.patient_id, patient.merged_into desc
    ) = 1
),

said as (
    select patient_id, merged_into, said_at
    from last_said
    where merged_into <> patient_id
    qualify row_number() over (partition by patient_id order by said_at desc nulls last, merged_into desc) = 1
),

walk as (
    select patient_id as member, merged_into as reached, [patient_id] as passed from said
    union all
    select walk.member, said.merged_into, list_append(walk.passed, walk.reached)
    from walk
    join said on said.patient_id = walk.reached
    where walk.reached <> walk.member and not list_contains(walk.passed, walk.reached) and len(walk.passed) < 50
),

circle as (
    select walk.member, list_min(walk.passed) as circle, said.said_at
    from walk
    join said on said.patient_id = walk.member
    where walk.reached = walk.member
),

dropped as (
    select circle, min(member) as member
    from (
        select *, rank() over (partition by circle order by said_at nulls first) as place from circle
    )
    where place = 1
    group by circle
    having count(*) = 1
),

step as (
    select patient_id, merged_into from said
    anti join dropped on dropped.member = said.patient_id
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
