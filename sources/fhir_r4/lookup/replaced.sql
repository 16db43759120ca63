-- One row per patient that a Patient of the file says it replaces: the number of the replaced one, null where it has none here.
select
    replacing.record, replacing.file,
    fhir_number(
        fhir_option.identifier_system, replacing.pointer, replacing.pointer.base is null or fhir_home.base is not null,
        fhir_patient.key is not null, fhir_patient.patient_id
    ) as patient_id
from (select file, record, unnest(replaced) as pointer from landing.fhir_record where is_understood) as replacing
cross join landing.fhir_option
left join landing.fhir_patient on fhir_patient.key = replacing.pointer.key and fhir_patient.file = replacing.file
left join landing.fhir_home on fhir_home.base = replacing.pointer.base and fhir_home.file = replacing.file
