-- One row per record, with the number of the patient it points to (of a Patient: the one that replaces it).
-- By id unless the profile names the system of an identifier; then what does not lead to such an identifier leads nowhere (null).
select
    fhir_record.*,
    fhir_number(
        fhir_option.identifier_system, pointer, pointer.base is null or fhir_home.base is not null,
        fhir_patient.key is not null, fhir_patient.patient_id
    ) as patient_id
from landing.fhir_record
cross join landing.fhir_option
left join landing.fhir_patient on fhir_patient.key = fhir_record.pointer.key and fhir_patient.file = fhir_record.file
left join landing.fhir_home on fhir_home.base = fhir_record.pointer.base and fhir_home.file = fhir_record.file
