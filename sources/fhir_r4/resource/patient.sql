-- One row per Patient: a resource states all there is, so that what it lacks is not there. A death without its date is `true`.
-- One that another replaces is merged into that one, whichever of the two says so; any other stands for itself. `active` says nothing
-- about the person; a deletion says that, and nothing else. One row more per patient that it says it replaces, which tells of that one the
-- merge alone. What is for display alone (sources/fhir_r4/macros.sql) it may leave out. The registered clinician has the name that the
-- Patient, a resource in it or a Practitioner of the same file tells.
with person as (
    select
        fhir_resource.*,
        fhir_patient_number(
            fhir_option.identifier_system, identifier, own_id, full_url, fhir_base(full_url) is null or fhir_home.base is not null
        ) as patient_number
    from landing.fhir_resource
    cross join landing.fhir_option
    left join landing.fhir_home on fhir_home.base = fhir_base(full_url) and fhir_home.file = fhir_resource.file
    where kind = 'Patient'
),

practitioner as (
    select file, key, any_value(name) as name
    from (
        select file, unnest([kind || '/' || own_id, full_url]) as key, fhir_person_name(from_json(name, fhir_names())) as name
        from landing.fhir_record
        where kind = 'Practitioner' and not is_deleted
    )
    where key is not null and name is not null
    group by file, key
    having count(distinct name) = 1
),

replacement as (
    select person.line, person.file, person.patient_number, person.recorded_at, fhir_replaced.patient_id as replaced_id
    from person
    inner join landing.fhir_replaced on fhir_replaced.record = person.record
),

replacing as (
    select file, replaced_id, min(patient_number) as patient_number
    from replacement
    where patient_number <> replaced_id
    group by file, replaced_id
)

select
    line, person.patient_number as patient_id,
    fhir_text(birthDate) as birth_date, fhir_text(gender) as sex,
    fhir_text(coalesce(deceasedDateTime, deceasedBoolean)) as deceased_on,
    fhir_text(coalesce(managingOrganization.display, managingOrganization.reference)) as site,
    case
        when is_deleted then null
        when has_patient then patient_id
        else coalesce(replacing.patient_number, person.patient_number)
    end as merged_into,
    recorded_at, case when is_deleted then 'deleted' else 'active' end as status,
    fhir_person_name(from_json(person.name, fhir_names())) as name,
    fhir_telecom(from_json(telecom, fhir_telecoms()), ['phone', 'sms'], 'tel:') as phone,
    fhir_telecom(from_json(telecom, fhir_telecoms()), ['email'], 'mailto:') as email,
    fhir_language(from_json(communication, fhir_communications())) as preferred_language,
    fhir_postal_code(from_json(address, fhir_addresses())) as postcode_area,
    coalesce(
        fhir_text(list_filter(from_json(generalPractitioner, fhir_practitioners()), lambda one: one.display <> '')[1].display),
        fhir_contained_name(from_json(contained, fhir_named()), fhir_practitioner(person.record, from_json(generalPractitioner, fhir_practitioners()))),
        practitioner.name
    ) as registered_clinician,
    fhir_ethnicity(from_json(extension, fhir_extensions())) as ethnicity
from person
left join practitioner on practitioner.key = fhir_practitioner(person.record, from_json(generalPractitioner, fhir_practitioners())) and practitioner.file = person.file
left join replacing on replacing.replaced_id = person.patient_number and replacing.file = person.file
union all by name
select
    line, case when patient_number is not null then replaced_id end as patient_id, patient_number as merged_into, recorded_at
from replacement
