-- One row per patient id that was merged into another: the id that survives, at the end of the chain.
-- Source: protocol §1, Who. Which merges count, and when they were said: clinical.said_merge. Of merges in a circle the one said first is
-- dropped. Where no one of them was first, their ids stay as they are: their records cannot be assigned (clinical.merge_circle).
with recursive walk as (
    select patient_id as member, merged_into as reached, [patient_id] as passed from clinical.said_merge
    union all
    select walk.member, said_merge.merged_into, list_append(walk.passed, walk.reached)
    from walk
    join clinical.said_merge on said_merge.patient_id = walk.reached
    where walk.reached <> walk.member and not list_contains(walk.passed, walk.reached) and len(walk.passed) < 50
),

circle as (
    select walk.member, list_min(walk.passed) as circle, said_merge.said_at
    from walk
    join clinical.said_merge on said_merge.patient_id = walk.member
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
    select patient_id, merged_into from clinical.said_merge
    anti join dropped on dropped.member = said_merge.patient_id
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
