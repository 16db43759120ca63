-- One row per Observation and one per component of it (its id with #1, #2, …); the Observation itself only when it has a value or says
-- why not, or when it has no component. A component takes from the Observation what it has not: patient, status, times, specimen, method.
-- Values and units as delivered; only a Quantity and a Range have a unit: UCUM's code before the printed one, which stands beside it.
-- A series of samples, a period and a range without one of its ends are not numbers and end as such.
-- Collected: effective[x], else when the specimen was, else nothing (`issued` only where the profile says so): the first of them that
-- is a day, else the first, which is then rejected as not a date. Reported: `issued`, or
-- the last update when that is later: a corrected resource may keep the time of its first issue.
with own as (
    select * exclude (component), cast(null as bigint) as place
    from landing.fhir_resource
    where kind = 'Observation' and (has_value or components = 0)
),

component as (
    select
        line, record, file, own_id, patient_id, status, is_deleted, recorded_at, effectiveDateTime, effectiveInstant, effectivePeriod,
        effectiveTiming, issued, specimen, performer, method, device, note, generate_subscripts(parts, 1) as place, unnest(parts) as part
    from (
        select *, from_json(component, fhir_component()) as parts
        from landing.fhir_resource
        where kind = 'Observation' and components > 0
    )
),

result as (
    select
        line, record, file, own_id, patient_id, status, is_deleted, recorded_at, effectiveDateTime, effectiveInstant, effectivePeriod,
        effectiveTiming, issued, specimen, performer, method, device, note, place, code, valueQuantity, valueCodeableConcept, valueString, valueBoolean,
        valueInteger, valueRange, valueRatio, valueSampledData, valueTime, valueDateTime, valuePeriod, dataAbsentReason, referenceRange, interpretation
    from own
    union all by name
    select * exclude (part), unnest(part) from component
),

-- of who performed it the laboratory, not a clinician: an Organization, or a name without a reference
performed as (
    select
        * exclude (specimen), specimen.reference as specimen_reference, specimen.display as specimen_display,
        specimen.identifier.value as specimen_number,
        list_filter(
            performer,
            lambda one: one.type = 'Organization'
                or (one.type is null and contains(coalesce(one.reference, 'Organization/'), 'Organization/'))
        )[1] as laboratory
    from result
)

select
    line, patient_id, filled(clean_id(own_id)) || coalesce('#' || place, '') as result_id,
    fhir_text(coalesce(
        fhir_specimen.specimen_id, regexp_extract(fhir_key(null, specimen_reference), '[^/:]+$'), specimen_number
    )) as accession_id,
    case
        when code.coding[1].system <> 'http://loinc.org' and len(code.coding) > 1
            then list_filter(fhir_codings(code), lambda one: one.system = 'http://loinc.org')
                || list_filter(fhir_codings(code), lambda one: one.system is distinct from 'http://loinc.org')
        else fhir_codings(code)
    end as codings,
    fhir_text(fhir_signs(case
        when valueQuantity is not null then fhir_comparator(valueQuantity.comparator) || fhir_text(valueQuantity.value)
        when valueString is not null then valueString
        when valueCodeableConcept is not null then fhir_word(valueCodeableConcept)
        when valueInteger is not null then valueInteger
        when valueBoolean is not null then valueBoolean
        when valueRatio is not null then concat(
            valueRatio ->> '$.numerator.comparator', coalesce(valueRatio ->> '$.numerator.value', '?'), ':',
            valueRatio ->> '$.denominator.comparator', coalesce(valueRatio ->> '$.denominator.value', '?')
        )
        when valueRange is not null
            then concat(coalesce(valueRange ->> '$.low.value', '?'), '-', coalesce(valueRange ->> '$.high.value', '?'))
        when valueSampledData is not null then 'sampled data'
        when valuePeriod is not null then concat(valuePeriod.start, '/', valuePeriod.end)
        else coalesce(valueDateTime, valueTime)
    end)) as value,
    case
        when valueQuantity is not null then fhir_unit(valueQuantity)
        when valueRange is not null
            then fhir_text(coalesce(valueRange ->> '$.low.code', valueRange ->> '$.high.code', valueRange ->> '$.low.unit'))
    end as unit,
    fhir_other_unit(valueQuantity) as unit_printed,
    case when is_deleted then 'deleted' else coalesce(fhir_state(status), 'unknown') end as status,
    coalesce(
        fhir_text(fhir_specimen.specimen), fhir_known([specimen_display], known_words),
        -- a display with a number in it names this specimen, not a kind of specimen
        case when not regexp_matches(specimen_display, '[0-9]') then fhir_text(specimen_display) end
    ) as specimen,
    fhir_first_day([
        effectiveDateTime, effectiveInstant, effectivePeriod.start, effectivePeriod.end, effectiveTiming.event[1],
        fhir_specimen.collected_at, case when fhir_option.issued_as_collected then issued end
    ]) as collected_at,
    case
        when try_cast(issued as timestamptz) > try_cast(recorded_at as timestamptz) then fhir_text(issued)
        else coalesce(recorded_at, fhir_text(issued))
    end as reported_at,
    fhir_text(referenceRange[1].low.value) as reference_low, fhir_text(referenceRange[1].high.value) as reference_high,
    fhir_text(interpretation[1].coding[1].code) as abnormal_flag,
    fhir_text(coalesce(laboratory.display, regexp_extract(laboratory.reference, 'Organization/([^/]+)', 1))) as performing_lab,
    coalesce(fhir_word(method), fhir_text(device.display)) as method,
    fhir_text(concat_ws(
        '; ', coalesce(dataAbsentReason ->> '$.coding[0].code', dataAbsentReason ->> '$.text'),
        nullif(array_to_string(list_transform(note, lambda one: one.text), '; '), '')
    )) as comment
from performed
cross join landing.fhir_option
cross join (select list(specimen) as known_words from protocol.specimen)
left join landing.fhir_specimen on fhir_specimen.key = fhir_key(record, specimen_reference) and fhir_specimen.file = performed.file
