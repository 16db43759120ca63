-- One row per patient row of the lake, from the file's source, that a delivered row must not merely
-- repeat: rows that have a time of their own, those that say nothing, else the last. A state that was delivered, then another, and now the first again is news: a
-- patient's row without a time of its own counts from when it was received.
with state as (
    select
        patient.patient_id, patient.row_key, patient.recorded_at, delivery.received_at,
        coalesce(patient.is_deceased, patient.is_opted_out) is null
            and patient.merged_into is null as is_silent
    from lake.patient as patient
    cross join landing.file
    inner join lake.delivery as delivery
        on delivery.source = patient.source and delivery.sha256 = patient.sha256
    where patient.source = file.source and patient.sha256 <> file.sha256
        and patient.snapshot is not distinct from file.snapshot
        and delivery.refused is null
)
select row_key from state
qualify recorded_at is not null or is_silent
    or rank() over (partition by patient_id, is_silent order by received_at desc) = 1
