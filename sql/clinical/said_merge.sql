-- One row per patient id that its sources last said was merged into another: that id, and when it was said.
-- Source: protocol §1, Who. What each source said last of an id counts, so that a merge can be undone, and of the merges of several
-- sources the one said last; at the same time, a merge takes precedence over no merge. A row was said when it was recorded, else when its
-- file came.
with last_said as (
    select
        patient.patient_id, patient.merged_into,
        coalesce(patient.recorded_at, delivery.received_at) as said_at
    from lake.patient
    left join lake.delivery on delivery.source = patient.source and delivery.sha256 = patient.sha256 and delivery.refused is null
    where patient.merged_into is not null
        -- an id that was never merged is left out before its rows are ranked
        and patient.patient_id in (select patient_id from lake.patient where merged_into <> patient_id)
    qualify row_number() over (
        partition by patient.patient_id, patient.source
        order by said_at desc nulls last, patient.merged_into = patient.patient_id, patient.merged_into desc
    ) = 1
)

select patient_id, merged_into, said_at
from last_said
where merged_into <> patient_id
qualify row_number() over (partition by patient_id order by said_at desc nulls last, merged_into desc) = 1
