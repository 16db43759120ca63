-- One row per patient row of the lake, from the source of the files at hand, whose repetition in
-- a delivery is a duplicate: rows with a time of their own, rows that state neither death, opting out nor a merge,
-- otherwise the row that was received last. So a state that changed and changed back is not
-- a duplicate.
with state as (
    select
        patient.patient_id, patient.row_key, patient.recorded_at, delivery.received_at,
        coalesce(patient.is_deceased, patient.is_opted_out, patient.is_deleted) is null
            and patient.merged_into is null as is_silent
    from lake.patient as patient
    cross join landing.file
    inner join lake.delivery as delivery
        on delivery.source = patient.source and delivery.sha256 = patient.sha256
    anti join landing.batch_file on batch_file.sha256 = patient.sha256
    where patient.source = file.source
        and patient.snapshot is not distinct from file.snapshot
        and delivery.refused is null
)
select row_key from state
qualify recorded_at is not null or is_silent
    or rank() over (partition by patient_id, is_silent order by received_at desc) = 1
