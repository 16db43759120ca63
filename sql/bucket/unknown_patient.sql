-- One row per delivery and kind of record: how many of its rows are about patients of a bucket, how many of them about patients of whom no source
-- delivered a patient row (clinical.known_patient), and how many such patients.
-- is_new: the last published run did not contain it. Earlier rows are judged as they stood: a patient row that came more than
-- patient_row_hours later does not count for them, so a source whose patient rows come late is compared with its own delay.
-- Rows that name no patient are left out: they belong to no bucket. Clinicians' notes have no patient extract.
with record as (
    select 'lab_result' as entity, source, sha256, file, patient_id from lake.lab_result
    union all
    select 'medication', source, sha256, file, patient_id from lake.medication
    union all
    select 'condition', source, sha256, file, patient_id from lake.condition where source <> 'clinician_notes'
    union all
    select 'procedure', source, sha256, file, patient_id from lake.procedure
),

delivery as (
    select delivery.source, delivery.sha256, delivery.received_at, published_delivery.sha256 is null as is_new
    from lake.delivery
    left join lake.published_delivery
        on published_delivery.source = delivery.source and published_delivery.sha256 = delivery.sha256
    where delivery.refused is null
)

select
    record.source, record.entity, record.sha256, any_value(record.file) as file, delivery.is_new, count(*) as rows,
    count(*) filter (known.patient_id is null or not delivery.is_new and known.known_at > delivery.received_at + to_hours(quality_setting.patient_row_hours)) as rows_unknown,
    count(distinct record.patient_id) filter (known.patient_id is null and delivery.is_new) as patients_unknown
from record
join delivery on delivery.source = record.source and delivery.sha256 = record.sha256
cross join protocol.quality_setting
left join clinical.known_patient as known on known.patient_id = record.patient_id
where record.patient_id is not null
group by record.source, record.entity, record.sha256, delivery.is_new
