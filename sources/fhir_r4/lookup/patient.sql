-- One row per key of a patient that a record of the file points to and that says nothing by itself: the patient's number; null where
-- it has none, where it is not a Patient, or where one key stands for two.
with wanted as (
    select distinct patient_key as key
    from landing.fhir_record
    cross join landing.fhir_option
    where patient_key is not null and (fhir_option.identifier_system is not null or not starts_with(patient_key, 'Patient/'))
),

patient as (
    select own_id, full_url, identifier, fhir_patient_number(fhir_option.identifier_system, identifier, own_id, full_url) as patient_id
    from landing.fhir_record
    cross join landing.fhir_option
    where kind = 'Patient' and not is_deleted
),

numbered as (
    select patient_id, unnest(identifier) as number from patient
),

key as (
    select unnest(['Patient/' || own_id, full_url]) as key, patient_id from patient
    union all
    select 'Patient?identifier=' || coalesce(trim(number.system) || '|', '') || trim(number.value), patient_id from numbered
    union all
    select 'Patient?identifier=' || trim(number.value), patient_id from numbered where number.system is not null
    union all
    -- an inner Patient's id means nothing outside its resource: only an identifier counts
    select
        fhir_part.key,
        fhir_patient_number(
            fhir_option.identifier_system, fhir_part.identifier,
            coalesce(list_filter(fhir_part.identifier, lambda one: one.value is not null)[1].value, ''), null
        )
    from landing.fhir_part
    cross join landing.fhir_option
    where fhir_part.kind = 'Patient'
    union all
    select full_url, null from landing.fhir_record where kind <> 'Patient' and starts_with(full_url, 'urn:')
)

select key, case when count(distinct patient_id) = 1 and count(patient_id) = count(*) then min(patient_id) end as patient_id
from key
semi join wanted using (key)
group by key
