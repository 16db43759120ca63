-- One row per new delivery and kind of record: how many of its rows are about patients of whom no source delivered a patient row
-- (reporting.known_patient), against the history of its own source. Their age is unknown, and so are death and opting out.
-- New: the last published run did not contain it. is_unusual: at least unknown_patients_needed such patients, in more than
-- unknown_patient_share of the rows, and either twice the share of the source's earlier rows of that kind or less than half as many known.
-- Earlier rows are judged as they stood: a patient row that came more than patient_row_hours later does not count for them, so a source
-- whose patient rows come late is compared with its own delay.
-- Missing: with fewer than unknown_history_needed earlier rows is_unusual is null, as there is nothing to compare. Clinicians' notes have no
-- patient extract.
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
),

counted as (
    select
        record.source, record.entity, record.sha256, any_value(record.file) as file, delivery.is_new, count(*) as rows,
        count(*) filter (known.patient_id is null or not delivery.is_new and known.known_at > delivery.received_at + to_hours(quality_setting.patient_row_hours)) as rows_unknown,
        count(distinct record.patient_id) filter (known.patient_id is null and delivery.is_new) as patients_unknown
    from record
    join delivery on delivery.source = record.source and delivery.sha256 = record.sha256
    cross join protocol.quality_setting
    left join reporting.known_patient as known on known.patient_id = record.patient_id
    group by record.source, record.entity, record.sha256, delivery.is_new
),

earlier as (
    select source, entity, cast(sum(rows) as bigint) as rows, sum(rows_unknown) as rows_unknown from counted where not is_new group by source, entity
)

select
    counted.source, counted.file, counted.entity, counted.rows, counted.rows_unknown, counted.patients_unknown,
    counted.rows_unknown / counted.rows as share, coalesce(earlier.rows, 0) as rows_before, earlier.rows_unknown / earlier.rows as share_before,
    case when earlier.rows >= quality_setting.unknown_history_needed
        then counted.patients_unknown >= quality_setting.unknown_patients_needed and share > quality_setting.unknown_patient_share
            and (share > 2 * share_before or 2 * (1 - share) < 1 - share_before)
    end as is_unusual
from counted
cross join protocol.quality_setting
left join earlier on earlier.source = counted.source and earlier.entity = counted.entity
where counted.is_new
