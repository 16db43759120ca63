-- One row per Condition. Onset: onset[x] where it is a date, else the day on which it was recorded: by then it was there.
-- A verification that does not confirm wins over the clinical status. An abatement that is not a date (an age, words, true) makes it
-- resolved. Both statuses may also be mere words, as before R4.
with worded as (
    select
        *,
        list_transform(
            (verificationStatus ->> '$.coding[*].code') || [verificationStatus ->> '$.text', verificationStatus ->> '$'],
            lambda word: lower(trim(word))
        ) as verification,
        lower(trim(coalesce(
            clinicalStatus ->> '$.coding[0].code', clinicalStatus ->> '$.text',
            case when starts_with(clinicalStatus, '"') then clinicalStatus ->> '$' end
        ))) as clinical,
        abatementAge is not null or abatementRange is not null or abatementString is not null or abatementBoolean = 'true' as is_abated
    from landing.fhir_resource
    where kind = 'Condition'
)

select
    line, patient_id, own_id as condition_id, fhir_codings(code) as codings,
    fhir_text(coalesce(onsetDateTime, onsetPeriod.start, recordedDate)) as onset_on,
    fhir_text(coalesce(abatementDateTime, abatementPeriod.end, abatementPeriod.start)) as abated_on,
    case
        when is_deleted then 'deleted'
        when list_contains(verification, 'entered-in-error') then 'entered-in-error'
        when list_contains(verification, 'refuted') then 'refuted'
        when list_has_any(verification, ['unconfirmed', 'provisional', 'differential'])
            then list_filter(verification, lambda word: word in ('unconfirmed', 'provisional', 'differential'))[1]
        when is_abated and coalesce(clinical, 'active') in ('active', 'recurrence', 'relapse') then 'resolved'
        else coalesce(clinical, 'active')
    end as status,
    fhir_text(coalesce(recorder.display, recorder.reference, asserter.display, asserter.reference)) as recorded_by,
    recorded_at
from worded
