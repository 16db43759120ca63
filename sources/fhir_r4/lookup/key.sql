-- One row per file, key by which a record of it may point to a patient of the file, and number of a patient that the key stands for, null where it has
-- none, or is not a Patient: Type/id, the fullUrl of an entry, a search for an identifier, and a record's number and #id for an inner one.
with patient as (
    select
        fhir_record.file, own_id, full_url, identifier, fhir_base(full_url) is null or fhir_home.base is not null as is_here,
        fhir_patient_number(fhir_option.identifier_system, identifier, own_id, full_url, is_here) as patient_id
    from landing.fhir_record
    cross join landing.fhir_option
    left join landing.fhir_home on fhir_home.base = fhir_base(full_url) and fhir_home.file = fhir_record.file
    where kind = 'Patient' and not is_deleted and is_understood
),

numbered as (
    select file, patient_id, unnest(identifier) as number from patient
),

inner_number as (
    select file, key, unnest(identifier) as number from landing.fhir_part where kind = 'Patient'
)

select file, unnest([case when is_here then 'Patient/' || own_id end, full_url]) as key, patient_id from patient
union all
select file, 'Patient?identifier=' || coalesce(trim(number.system) || '|', '') || trim(number.value), patient_id from numbered
union all
select file, 'Patient?identifier=' || trim(number.value), patient_id from numbered where number.system is not null
union all
-- an inner Patient's id means nothing outside its resource: only an identifier counts, that of the profile's system ...
select fhir_part.file, fhir_part.key, fhir_patient_number(fhir_option.identifier_system, fhir_part.identifier, null, null, false)
from landing.fhir_part
cross join landing.fhir_option
where fhir_part.kind = 'Patient' and fhir_option.identifier_system is not null
union all
-- ... or, where ids count, one that a Patient of the file has
select inner_number.file, inner_number.key, numbered.patient_id
from inner_number
inner join numbered on numbered.file = inner_number.file and trim(numbered.number.value) = trim(inner_number.number.value)
    and (inner_number.number.system is null or trim(numbered.number.system) = trim(inner_number.number.system))
where (select identifier_system from landing.fhir_option) is null
union all
select file, full_url, null from landing.fhir_record where kind <> 'Patient' and starts_with(full_url, 'urn:')
