-- One row per delivered record: a resource, or an entry of a Bundle. Broken, what no resource can be read of: kind is null.
-- An entry without a resource has the kind none; one that deletes (request DELETE) the kind and id of what is deleted.
-- A number that an element named value holds is made text before it is parsed, so that 6.10 stays 6.10.
-- Not understood: it or a part of it has a modifierExtension, none of which is known here and each of which may turn the meaning
-- round; or it is a Condition whose verification is in words that protocol/statuses.csv does not know.
with exact as (
    select
        record, line, is_entry, bundled_at, starts_with(text, '{') as is_object,
        contains(text, '"modifierExtension"')
            and regexp_matches(text, '"modifierExtension"\s*:\s*(\[\s*[^\]\s]|\{\s*[^}\s])') as is_modified,
        regexp_replace(text, '("value"\s*:\s*)(-?[0-9][0-9.eE+-]*)', '\1"\2"', 'g') as text
    from delivered_text
),

opened as (
    select *, case when is_entry then try(from_json(text, fhir_entry())) end as entry from exact
),

parsed as (
    select
        * exclude (text),
        case when is_entry then entry.resource else try(from_json(text, fhir_resource())) end as resource,
        fhir_key(record, entry.request.url) as requested_key,
        coalesce(upper(entry.request.method) = 'DELETE', false) as is_deleted
    from opened
),

told as (
    select
        *,
        case
            when is_deleted then coalesce(split_part(requested_key, '/', 1), 'none')
            when is_entry and entry is not null and is_object and resource is null then 'none'
            else fhir_text(resource.resourceType)
        end as kind,
        case
            when is_deleted then null
            when fhir_is_read(kind) or kind in ('Specimen', 'Medication', 'Practitioner') then resource
        end as kept
    from parsed
),

linked as (
    select
        *,
        fhir_text(entry.fullUrl) as full_url,
        case when kind = 'Patient' and kept.link is not null then from_json(kept.link, fhir_link()) end as links,
        case
            when kind <> 'Patient' then kept.subject
            else list_filter(links, lambda one: one.type = 'replaced-by')[1].other
        end as patient,
        -- the patients that it replaces; a RelatedPerson is not a patient
        coalesce(list_filter(
            list_transform(list_filter(links, lambda one: one.type = 'replaces'), lambda one: fhir_pointer(record, full_url, one.other)),
            lambda pointer: pointer.key is not null and pointer.key not like 'RelatedPerson/%'
        ), []) as replaced,
        coalesce(
            kept.valueQuantity is not null or kept.valueCodeableConcept is not null or kept.valueString is not null
            or kept.valueBoolean is not null or kept.valueInteger is not null or kept.valueRange is not null or kept.valueRatio is not null
            or kept.valueSampledData is not null or kept.valueTime is not null or kept.valueDateTime is not null
            or kept.valuePeriod is not null or kept.dataAbsentReason is not null,
            false
        ) as has_value,
        case when kind = 'Observation' then coalesce(json_array_length(kept.component), 0) else 0 end as components,
        kept is null or kind = 'Practitioner' or not (is_modified or (
            kind = 'Condition' and len(fhir_words(kept.verificationStatus)) > 0
            and not list_has_any(fhir_words(kept.verificationStatus), known_words)
        )) as is_understood
    from told
    cross join (select list(fhir_spelling(status)) as known_words from protocol.status where entity = 'condition')
)

select * exclude (resourceType, id, meta, subject, link) replace (case when kind = 'Patient' then extension end as extension)
from (
    select
        record, line, file_number(record) as file, kind, is_deleted, is_understood, full_url,
        fhir_text(case when is_deleted then split_part(requested_key, '/', 2) else resource.id end) as own_id,
        fhir_text(case when is_deleted then coalesce(entry.response.lastModified, bundled_at) else resource.meta.lastUpdated end)
            as recorded_at,
        -- to the subject; of a Patient that another one replaces, to that one
        patient is not null as has_patient, fhir_pointer(record, full_url, patient) as pointer, replaced,
        has_value, components,
        -- how many rows it gives: an Observation one if it says anything itself, and one a component; a Patient one more for each replaced
        case when kind = 'Observation' then greatest(components + cast(has_value as integer), 1) else 1 + len(replaced) end as row_count,
        unnest(kept)
    from linked
)
