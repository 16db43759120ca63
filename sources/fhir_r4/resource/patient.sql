-- One row per Patient: a resource states all there is, so that what it lacks is not there. A death without its date is `true`.
-- One that another replaces is merged into that one; any other stands for itself. `active` says nothing about the person.
select
    line, patient_number as patient_id,
    fhir_text(birthDate) as birth_date, fhir_text(gender) as sex,
    fhir_text(coalesce(deceasedDateTime, deceasedBoolean)) as deceased_on,
    fhir_text(coalesce(managingOrganization.display, managingOrganization.reference)) as site,
    case when has_patient then patient_id else patient_number end as merged_into,
    recorded_at
from (
    select fhir_resource.*, fhir_patient_number(fhir_option.identifier_system, identifier, own_id, full_url) as patient_number
    from landing.fhir_resource
    cross join landing.fhir_option
    where kind = 'Patient'
)
