-- One row per Condition. Onset: onset[x] where it is a date, else the day on which it was recorded: by then it was there.
-- A verification that does not confirm, in a word of protocol/statuses.csv, wins over the clinical status: a retraction before a
-- refutation before a doubt. An abatement that is not a date (an age, words, true) makes it
-- resolved. Both statuses may also be mere words, as before R4.
with worded as (
    select
        *,
        fhir_words(verificationStatus) as verification,
        lower(coalesce(
            fhir_state(clinicalStatus ->> '$.coding[0].code'), fhir_state(clinicalStatus ->> '$.text'),
            case when starts_with(clinicalStatus, '"') then fhir_state(clinicalStatus ->> '$') end
        )) as clinical,
        abatementAge is not null or abatementRange is not null or abatementString is not null or abatementBoolean = 'true' as is_abated
    from landing.fhir_resource
    where kind = 'Condition'
),

-- of two spellings the one with hyphens
doubt as (
    select list(struct_pack(status := status, word := fhir_spelling(status))
        order by case meaning when 'retracted' then 1 when 'refuted' then 2 else 3 end, status desc) as known
    from protocol.status
    where entity = 'condition' and meaning <> 'counted'
)

select
    line, patient_id, own_id as condition_id, fhir_codings(code) as codings,
    fhir_text(coalesce(onsetDateTime, onsetPeriod.start, recordedDate)) as onset_on,
    fhir_text(coalesce(abatementDateTime, abatementPeriod.end, abatementPeriod.start)) as abated_on,
    case
        when is_deleted then 'deleted'
        when list_has_any(verification, list_transform(known, lambda one: one.word))
            then list_filter(known, lambda one: list_contains(verification, one.word))[1].status
        when is_abated and coalesce(clinical, 'active') in ('active', 'recurrence', 'relapse') then 'resolved'
        else coalesce(clinical, 'active')
    end as status,
    fhir_text(coalesce(recorder.display, recorder.reference, asserter.display, asserter.reference)) as recorded_by,
    recorded_at
from worded
cross join doubt
