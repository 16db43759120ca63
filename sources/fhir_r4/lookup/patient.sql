-- One row per key of a patient that a record of the file points to and that does not hold the number itself: the patient's number; null where
-- it has none, where it is not a Patient, or where one key stands for two.
with pointed as (
    select pointer.key as key from landing.fhir_record
    union
    select one.key from (select unnest(replaced) as one from landing.fhir_record)
),

wanted as (
    select key
    from pointed
    cross join landing.fhir_option
    where key is not null and (fhir_option.identifier_system is not null or not starts_with(key, 'Patient/'))
),

patient as (
    select
        own_id, full_url, identifier, fhir_base(full_url) is null or fhir_home.base is not null as is_here,
        fhir_patient_number(fhir_option.identifier_system, identifier, own_id, full_url, is_here) as patient_id
    from landing.fhir_record
    cross join landing.fhir_option
    left join landing.fhir_home on fhir_home.base = fhir_base(full_url)
    where kind = 'Patient' and not is_deleted and is_understood
),

numbered as (
    select patient_id, unnest(identifier) as number from patient
),

inner_number as (
    select key, unnest(identifier) as number from landing.fhir_part where kind = 'Patient'
),

key as (
    select unnest([case when is_here then 'Patient/' || own_id end, full_url]) as key, patient_id from patient
    union all
    select 'Patient?identifier=' || coalesce(trim(number.system) || '|', '') || trim(number.value), patient_id from numbered
    union all
    select 'Patient?identifier=' || trim(number.value), patient_id from numbered where number.system is not null
    union all
    -- an inner Patient's id means nothing outside its resource: only an identifier counts, that of the profile's system ...
    select fhir_part.key, fhir_patient_number(fhir_option.identifier_system, fhir_part.identifier, null, null, false)
    from landing.fhir_part
    cross join landing.fhir_option
    where fhir_part.kind = 'Patient' and fhir_option.identifier_system is not null
    union all
    -- ... or, where ids count, one that a Patient of the file has
    select inner_number.key, numbered.patient_id
    from inner_number
    inner join numbered on trim(numbered.number.value) = trim(inner_number.number.value)
        and (inner_number.number.system is null or trim(numbered.number.system) = trim(inner_number.number.system))
    where (select identifier_system from landing.fhir_option) is null
    union all
    select full_url, null from landing.fhir_record where kind <> 'Patient' and starts_with(full_url, 'urn:')
)

select key, case when count(distinct patient_id) = 1 and count(patient_id) = count(*) then min(patient_id) end as patient_id
from key
semi join wanted using (key)
group by key
