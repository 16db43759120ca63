-- One row per key of a patient that a record of the file points to and that does not hold the number itself: the patient's number; null where
-- it has none, where it is not a Patient, or where one key stands for two.
with pointed as (
    select file, pointer.key as key from landing.fhir_record
    union
    select file, one.key from (select file, unnest(replaced) as one from landing.fhir_record)
),

wanted as (
    select file, key
    from pointed
    cross join landing.fhir_option
    where key is not null and (fhir_option.identifier_system is not null or not starts_with(key, 'Patient/'))
)

select file, key, case when count(distinct patient_id) = 1 and count(patient_id) = count(*) then min(patient_id) end as patient_id
from landing.fhir_key
semi join wanted using (file, key)
group by file, key
