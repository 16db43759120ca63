-- One row per record and number of a patient whose record it is: of a Patient its own number, of any other the one it points to; null where
-- that is not known, and of a record of a kind that is not read. What is not understood has an owner all the same.
select
    fhir_owned.record, fhir_owned.kind, fhir_is_read(fhir_owned.kind) as is_read,
    clean_patient_id(case when kind = 'Patient' then fhir_patient_number(
        fhir_option.identifier_system, identifier, own_id, full_url, fhir_base(full_url) is null or fhir_home.base is not null
    ) else patient_id end) as patient_id,
    own_id
from landing.fhir_owned
cross join landing.fhir_option
left join landing.fhir_home on fhir_home.base = fhir_base(full_url) and fhir_home.file = fhir_owned.file
