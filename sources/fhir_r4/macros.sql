-- What the SELECTs of this folder share. A CodeableConcept, a Quantity and a Reference are structs as in elements.yaml.

create or replace macro fhir_text(delivered) as
    nullif(trim(delivered), '');

-- Codings in the order delivered; a concept in words only is one coding without a code.
create or replace macro fhir_codings(concept) as
    case
        when len(concept.coding) > 0 then list_transform(
            concept.coding,
            lambda one: struct_pack(
                "system" := nullif(one.system, ''), code := nullif(one.code, ''), name := nullif(coalesce(one.display, concept.text), '')
            )
        )
        when concept.text is not null then
            [struct_pack("system" := cast(null as varchar), code := cast(null as varchar), name := fhir_text(concept.text))]
    end;

-- A medicine in words is a code of the system NAME: drugs are recognised by their names.
create or replace macro fhir_name(name) as
    case when fhir_text(name) is not null then [struct_pack("system" := 'NAME', code := trim(name), name := trim(name))] end;

create or replace macro fhir_medicine(concept) as
    case when len(concept.coding) > 0 then fhir_codings(concept) else fhir_name(concept.text) end;

create or replace macro fhir_word(concept) as
    fhir_text(coalesce(concept.text, concept.coding[1].display, concept.coding[1].code));

-- UCUM's code before the unit as printed, any other code after it
create or replace macro fhir_unit(quantity) as
    fhir_text(case
        when quantity.system = 'http://unitsofmeasure.org' then coalesce(quantity.code, quantity.unit)
        else coalesce(quantity.unit, quantity.code)
    end);

-- To what a reference points: Type/id, without server and version; the URN of an entry; for a resource inside another one, that
-- one's number and #id; a search for one identifier (Patient?identifier=system|value) as it is.
create or replace macro fhir_key(record, reference) as
    case
        when starts_with(reference, '#') then record || reference
        when contains(reference, '?') then nullif(regexp_extract(url_decode(reference), '[A-Za-z]+\?identifier=[^&]+$'), '')
        when starts_with(reference, 'urn:') then reference
        else nullif(regexp_extract(reference, '([A-Za-z]+/[^/#|?]+)(/_history/[^/]*)?$', 1), '')
    end;

-- By reference, else by the identifier of a patient.
create or replace macro fhir_patient_key(record, patient) as
    case
        when fhir_text(patient.reference) is not null then fhir_key(record, trim(patient.reference))
        when coalesce(patient.type, 'Patient') like '%Patient' and fhir_text(patient.identifier.value) is not null
            then 'Patient?identifier=' || coalesce(trim(patient.identifier.system) || '|', '') || trim(patient.identifier.value)
    end;

-- The number of a Patient resource: the identifier of the system that the profile names, else its id, or what its entry's URL says of it.
create or replace macro fhir_patient_number(identifier_system, identifier, id, full_url) as
    fhir_text(case
        when identifier_system is null then coalesce(id, regexp_extract(full_url, '[^/:]+$'))
        else list_filter(identifier, lambda one: one.system = identifier_system and one.value is not null)[1].value
    end);

-- A length of time in days; what is given in months is not known to the day.
create or replace macro fhir_days(quantity) as
    try_cast(quantity ->> '$.value' as decimal(18, 3)) * case lower(trim(coalesce(quantity ->> '$.code', quantity ->> '$.unit')))
        when 'd' then 1 when 'day' then 1 when 'days' then 1 when 'wk' then 7 when 'week' then 7 when 'weeks' then 7
    end;

-- The first of these words that is known, as it is or without its ending: Oral route (qualifier value), Serum specimen
create or replace macro fhir_known(words, known_words) as
    trim(list_filter(
        words || list_transform(
            words,
            lambda word: regexp_replace(lower(trim(word)), '( route| use| specimen| sample)?( \((qualifier value|specimen)\))?$', '')
        ),
        lambda word: list_contains(known_words, word_key(word))
    )[1]);
