-- One row per delivered patient id, source and subject (death, opting_out, deletion): what the source last said about it.
-- Source: protocol §1, Who. Last: recorded last; a row without a time of recording counts from when its file came. At one time, dead takes
-- precedence over alive, opted out over in, deleted over not deleted; of two deaths the earlier counts. A row that leaves a subject out does
-- not change what was said before.
with statement as (
    select
        patient.patient_id, patient.delivered_id, patient.source, patient.known_at, subject.subject,
        case subject.subject
            when 'death' then patient.is_deceased when 'opting_out' then patient.is_opted_out else patient.is_deleted
        end as is_so,
        case when subject.subject = 'death' then patient.deceased_on end as deceased_on,
        case when subject.subject = 'death' then patient.deceased_latest_on end as deceased_latest_on
    from clinical.delivered_patient as patient
    cross join (values ('death'), ('opting_out'), ('deletion')) as subject (subject)
)

select patient_id, delivered_id, source, subject, is_so, deceased_on, deceased_latest_on
from statement
where is_so is not null
qualify row_number() over (
    partition by delivered_id, source, subject
    order by known_at desc nulls last, is_so desc, deceased_on
) = 1
