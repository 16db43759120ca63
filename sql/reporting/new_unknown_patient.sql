-- One row per new delivery and kind of record: how many of its rows are about patients of whom no source delivered a patient row
-- (clinical.known_patient), against the history of its own source. Their age is unknown, and so are death and opting out.
-- New: the last published run did not contain it. is_unusual: at least unknown_patients_needed such patients, in more than
-- unknown_patient_share of the rows, and either twice the share of the source's earlier rows of that kind or less than half as many known.
-- What is counted, and how earlier rows are judged: bucket.unknown_patient. A row that names no patient counts as one about an unknown.
-- Missing: with fewer than unknown_history_needed earlier rows is_unusual is null, as there is nothing to compare. Clinicians' notes have no
-- patient extract.
with without_patient as (
    select 'lab_result' as entity, source, sha256, file from lake.lab_result where patient_id is null
    union all
    select 'medication', source, sha256, file from lake.medication where patient_id is null
    union all
    select 'condition', source, sha256, file from lake.condition where patient_id is null and source <> 'clinician_notes'
    union all
    select 'procedure', source, sha256, file from lake.procedure where patient_id is null
),

part as (
    select source, entity, sha256, file, is_new, rows, rows_unknown, patients_unknown from bucket.unknown_patient
    union all
    select without_patient.source, without_patient.entity, without_patient.sha256, without_patient.file, published_delivery.sha256 is null, 1, 1, 0
    from without_patient
    semi join lake.delivery on delivery.source = without_patient.source and delivery.sha256 = without_patient.sha256 and delivery.refused is null
    left join lake.published_delivery
        on published_delivery.source = without_patient.source and published_delivery.sha256 = without_patient.sha256
),

counted as (
    select
        source, entity, sha256, any_value(file) as file, is_new, cast(sum(rows) as bigint) as rows,
        cast(sum(rows_unknown) as bigint) as rows_unknown, cast(sum(patients_unknown) as bigint) as patients_unknown
    from part
    group by source, entity, sha256, is_new
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
