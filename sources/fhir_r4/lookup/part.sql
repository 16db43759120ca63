-- One row per Specimen, Medication or inner Patient, and key by which others point at it: Type/id or the fullUrl of its entry; inside
-- another resource, that one's number and #id. Of several versions the one updated last.
with contained as (
    select file, record, unnest(from_json(contained, fhir_contained())) as inner_part
    from landing.fhir_record
    where contained is not null and is_understood
),

part as (
    select
        file, unnest([kind || '/' || own_id, full_url]) as key, kind, own_id, recorded_at, record, identifier, code, type, collection,
        accessionIdentifier, ingredient
    from landing.fhir_record
    where kind in ('Specimen', 'Medication') and not is_deleted and is_understood
    union all
    select
        file, record || '#' || inner_part.id, inner_part.resourceType, null, null, record, inner_part.identifier, inner_part.code,
        inner_part.type, inner_part.collection, inner_part.accessionIdentifier, inner_part.ingredient
    from contained
    where inner_part.resourceType in ('Specimen', 'Medication', 'Patient')
)

select * from part
where key is not null
qualify row_number() over (partition by file, key order by recorded_at desc nulls last, record desc) = 1
