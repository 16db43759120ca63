-- One row per MedicationRequest, MedicationStatement, MedicationDispense and MedicationAdministration. What it is: its own concept, else
-- that of the Medication it points to, which may give a strength too, else the reference's words.
-- Start: when it is to be taken, else dispensed, else when it was ordered or asserted. End: when taking ends; of a request without it
-- and without a supply, the end of its validity. Supply: the days for which it is to be taken, else those of one dispense times
-- (1 + repeats); months are not known to the day.
-- Status: a plan or proposal is proposed, what is not to be given is not-taken; a completed dispense is dispensed, one that waits to be
-- fetched is in preparation; a completed administration is administered, once. Without a status it is unknown.
with dosed as (
    select
        * exclude (status), lower(fhir_state(status)) as status, from_json(
            case when starts_with(dosage, '{') then concat('[', dosage, ']') else coalesce(dosageInstruction, dosage) end, fhir_dosage()
        ) as dosages
    from landing.fhir_resource
    where kind in ('MedicationRequest', 'MedicationStatement', 'MedicationDispense', 'MedicationAdministration')
),

timed as (
    select
        *,
        list_min(list_transform(dosages, lambda one: one.timing.repeat.boundsPeriod.start)) as taken_from,
        -- where one dosage has no end, taking has none
        case when len(list_filter(dosages, lambda one: one.timing.repeat.boundsPeriod.end is null)) = 0
            then list_max(list_transform(dosages, lambda one: one.timing.repeat.boundsPeriod.end)) end as taken_to,
        -- several dosages may follow each other or run side by side
        case when len(dosages) = 1 then fhir_days(dosages[1].timing.repeat.boundsDuration) end as taken_days,
        fhir_days(dispenseRequest -> '$.expectedSupplyDuration')
            * (1 + coalesce(try_cast(dispenseRequest ->> '$.numberOfRepeatsAllowed' as integer), 0)) as requested_days,
        case
            when daysSupply ->> '$.unit' is null and daysSupply ->> '$.code' is null
                then try_cast(daysSupply ->> '$.value' as decimal(18, 3))
            else fhir_days(daysSupply)
        end as dispensed_days,
        fhir_known(
            flatten(list_transform(
                dosages,
                lambda one: coalesce(list_transform(one.route.coding, lambda coding: coding.code), [])
                    || coalesce(list_transform(one.route.coding, lambda coding: coding.display), []) || [one.route.text]
            )),
            known_words
        ) as known_route
    from dosed
    cross join (select list(route) as known_words from protocol.route)
)

select
    line, patient_id, kind || '/' || filled(clean_id(own_id)) as medication_id,
    coalesce(fhir_medicine(medicationCodeableConcept), fhir_medication.codings, fhir_name(medicationReference.display)) as codings,
    fhir_text(case kind
        when 'MedicationRequest' then coalesce(taken_from, dispenseRequest ->> '$.validityPeriod.start', authoredOn)
        when 'MedicationStatement' then coalesce(effectiveDateTime, effectivePeriod.start, taken_from, dateAsserted)
        when 'MedicationDispense' then coalesce(whenHandedOver, whenPrepared)
        else coalesce(effectiveDateTime, effectivePeriod.start, effectivePeriod.end)
    end) as start_on,
    fhir_text(case kind
        when 'MedicationRequest' then coalesce(
            taken_to, case when coalesce(taken_days, requested_days) is null then dispenseRequest ->> '$.validityPeriod.end' end
        )
        when 'MedicationStatement' then coalesce(effectivePeriod.end, taken_to)
        when 'MedicationAdministration' then effectivePeriod.end
    end) as end_on,
    shortest(cast(case kind
        when 'MedicationRequest' then coalesce(taken_days, requested_days)
        when 'MedicationStatement' then taken_days
        when 'MedicationDispense' then dispensed_days
    end as varchar)) as days_supply,
    case
        when is_deleted then 'deleted'
        when status = 'entered-in-error' then status
        when doNotPerform = 'true' then 'not-taken'
        when kind = 'MedicationRequest' and intent in ('proposal', 'plan', 'option') then 'proposed'
        when kind = 'MedicationDispense' and status = 'completed' then 'dispensed'
        when kind = 'MedicationDispense' and status = 'in-progress'
            then case when whenHandedOver is null then 'preparation' else 'dispensed' end
        when kind = 'MedicationAdministration' and status = 'completed' then 'administered'
        else coalesce(status, 'unknown')
    end as status,
    fhir_text(coalesce(known_route, dosages[1].route.coding[1].display, dosages[1].route.text, dosages[1].route.coding[1].code)) as route,
    fhir_medication.strength_mg, recorded_at
from timed
left join landing.fhir_medication on fhir_medication.key = fhir_key(record, medicationReference.reference) and fhir_medication.file = timed.file
