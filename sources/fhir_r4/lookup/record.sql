-- One row per delivered record: a resource, or an entry of a Bundle. Broken, what no resource can be read of: kind is null.
-- An entry without a resource has the kind none; one that deletes (request DELETE) the kind and id of what is deleted.
-- A number that an element named value holds is made text before it is parsed, so that 6.10 stays 6.10.
with exact as (
    select
        record, line, is_entry, bundled_at, starts_with(text, '{') as is_object,
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
            when kind in (
                'Patient', 'Observation', 'MedicationRequest', 'MedicationStatement', 'MedicationDispense', 'MedicationAdministration',
                'Condition', 'Procedure', 'Specimen', 'Medication'
            ) then resource
        end as kept
    from parsed
),

linked as (
    select
        *,
        case
            when kind <> 'Patient' then kept.subject
            when kept.link is not null then list_filter(from_json(kept.link, fhir_link()), lambda one: one.type = 'replaced-by')[1].other
        end as patient,
        coalesce(
            kept.valueQuantity is not null or kept.valueCodeableConcept is not null or kept.valueString is not null
            or kept.valueBoolean is not null or kept.valueInteger is not null or kept.valueRange is not null or kept.valueRatio is not null
            or kept.valueSampledData is not null or kept.valueTime is not null or kept.valueDateTime is not null
            or kept.valuePeriod is not null or kept.dataAbsentReason is not null,
            false
        ) as has_value
    from told
)

select * exclude (resourceType, id, meta, subject, link)
from (
    select
        record, line, kind, is_deleted, fhir_text(entry.fullUrl) as full_url,
        fhir_text(case when is_deleted then split_part(requested_key, '/', 2) else resource.id end) as own_id,
        fhir_text(case when is_deleted then coalesce(entry.response.lastModified, bundled_at) else resource.meta.lastUpdated end)
            as recorded_at,
        -- of the subject; of a Patient that another one replaces, that one
        patient is not null as has_patient, fhir_patient_key(record, patient) as patient_key, patient.identifier as patient_identifier,
        has_value, case when kind = 'Observation' then coalesce(json_array_length(kept.component), 0) else 0 end as components,
        unnest(kept)
    from linked
)
