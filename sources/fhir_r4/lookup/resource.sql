-- One row per resource of an entity, with the number of the patient it points to (of a Patient: the one that replaces it).
-- By id unless the profile names the system of an identifier; then what does not lead to such an identifier leads nowhere (null).
select
    fhir_record.*,
    fhir_text(case
        when fhir_option.identifier_system is not null then coalesce(
            case when patient_identifier.system = fhir_option.identifier_system then patient_identifier.value end,
            fhir_patient.patient_id,
            case when starts_with(patient_key, 'Patient?identifier=' || fhir_option.identifier_system || '|')
                then patient_key[length('Patient?identifier=' || fhir_option.identifier_system || '|') + 1:] end
        )
        when fhir_patient.key is not null then fhir_patient.patient_id
        when starts_with(patient_key, 'Patient/') then patient_key[9:]
        when starts_with(patient_key, 'urn:uuid:') then patient_key[10:]
        when starts_with(patient_key, 'urn:oid:') then patient_key[9:]
        when starts_with(patient_key, 'Patient?') then regexp_extract(patient_key, '=(?:[^|]*\|)?(.*)$', 1)
    end) as patient_id
from landing.fhir_record
cross join landing.fhir_option
left join landing.fhir_patient on fhir_patient.key = fhir_record.patient_key
where kind in ('Patient', 'Observation', 'MedicationRequest', 'MedicationStatement', 'MedicationDispense', 'MedicationAdministration',
    'Condition', 'Procedure')
    and not (kind = 'Patient' and is_deleted)
