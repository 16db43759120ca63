-- What the SELECTs of this folder share. A CodeableConcept, a Quantity and a Reference are structs as in elements.yaml.

create or replace macro fhir_text(delivered) as
    nullif(trim(delivered), '');

-- Whether rows are made of resources of a kind.
create or replace macro fhir_is_read(kind) as
    kind in ('Patient', 'Observation', 'MedicationRequest', 'MedicationStatement', 'MedicationDispense', 'MedicationAdministration',
        'Condition', 'Procedure');

-- A state: an empty word (NULL) is null.
create or replace macro fhir_state(delivered) as
    filled(trimmed(delivered));

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

-- A text with < > ≤ ≥ in place of their HTML entities, however often these were escaped.
create or replace macro fhir_signs(delivered) as
    case when contains(delivered, '&') then
        regexp_replace(regexp_replace(regexp_replace(regexp_replace(delivered,
            '&(amp;)*(lt;?|#0*60;|#x0*3c;)', '<', 'gi'), '&(amp;)*(gt;?|#0*62;|#x0*3e;)', '>', 'gi'),
            '&(amp;)*(leq?|#8804|#x2264);', '≤', 'gi'), '&(amp;)*(geq?|#8805|#x2265);', '≥', 'gi')
    else delivered end;

create or replace macro fhir_word(concept) as
    fhir_text(coalesce(concept.text, concept.coding[1].display, concept.coding[1].code));

-- What stands before a number; an operator that is not known stands apart, so that the whole is not a number.
create or replace macro fhir_comparator(comparator) as
    case
        when coalesce(trim(comparator), '') in ('', '=') then ''
        when regexp_full_match(trim(comparator), '[<>]=?|=[<>]|≤|≥|ad|&(amp;)*(lt|gt|le|ge|#\w+);=?') then trim(comparator)
        else trim(comparator) || ' '
    end;

-- UCUM's code before the unit as printed, any other code after it
create or replace macro fhir_unit(quantity) as
    case
        when quantity.system = 'http://unitsofmeasure.org' then coalesce(fhir_text(quantity.code), fhir_text(quantity.unit))
        else coalesce(fhir_text(quantity.unit), fhir_text(quantity.code))
    end;

-- The other one, where both are given
create or replace macro fhir_other_unit(quantity) as
    case
        when fhir_text(quantity.unit) is null or fhir_text(quantity.code) is null then null
        when quantity.system = 'http://unitsofmeasure.org' then fhir_text(quantity.unit)
        else fhir_text(quantity.code)
    end;

-- The first of several times that is a day, else the first that is there.
create or replace macro fhir_first_day(times) as
    fhir_text(coalesce(
        list_filter(cast(times as varchar[]), lambda time: trim(time) like '____-__-__%')[1],
        list_filter(cast(times as varchar[]), lambda time: trim(time) <> '')[1]
    ));

-- A word in small letters; hyphens and spaces mean the same
create or replace macro fhir_spelling(word) as
    trim(regexp_replace(lower(word), '[\s_-]+', ' ', 'g'));

-- All that a CodeableConcept kept as text says: codes, displays and text; or the mere word that it is.
create or replace macro fhir_words(concept) as
    coalesce(list_filter(
        list_transform(
            (concept ->> '$.coding[*].code') || (concept ->> '$.coding[*].display')
                || [concept ->> '$.text', case when starts_with(concept, '"') then concept ->> '$' end],
            lambda word: fhir_spelling(fhir_state(word))
        ),
        lambda word: word <> ''
    ), []);

-- To what a reference points: Type/id, without server and version; the URN of an entry; for a resource inside another one, that
-- one's number and #id; a search for one identifier (Patient?identifier=system|value) as it is.
create or replace macro fhir_key(record, reference) as
    case
        when starts_with(reference, '#') then record || reference
        when contains(reference, '?') then nullif(regexp_extract(url_decode(reference), '[A-Za-z]+\?identifier=[^&]+$'), '')
        when starts_with(reference, 'urn:') then reference
        else nullif(regexp_extract(reference, '([A-Za-z]+/[^/#|?]+)(/_history/[^/]*)?$', 1), '')
    end;

-- The server of an absolute URL of a resource, without http and https: a.example/fhir; null of anything else.
create or replace macro fhir_base(url) as
    case when url ilike 'http%'
        then nullif(lower(regexp_extract(trim(url), '^(?i:https?)://(.+)/[A-Za-z]+/[^/#|?]+(/_history/[^/]*)?$', 1)), '') end;

-- By reference, else by the identifier of a patient.
create or replace macro fhir_patient_key(record, patient) as
    case
        when fhir_text(patient.reference) is not null then fhir_key(record, trim(patient.reference))
        when coalesce(patient.type, 'Patient') like '%Patient' and fhir_text(patient.identifier.value) is not null
            then 'Patient?identifier=' || coalesce(trim(patient.identifier.system) || '|', '') || trim(patient.identifier.value)
    end;

-- To whom a resource points: the key of the patient; on which server that is (of a relative reference the one of its own entry), and
-- whether the reference names it.
create or replace macro fhir_pointer(record, full_url, patient) as
    struct_pack(
        key := fhir_patient_key(record, patient),
        base := case
            when trim(patient.reference) ilike 'http%' then fhir_base(patient.reference)
            when fhir_key(record, trim(patient.reference)) like 'Patient/%' then fhir_base(full_url)
        end,
        is_absolute := coalesce(trim(patient.reference) ilike 'http%', false),
        identifier := patient.identifier
    );

-- The number of the patient to whom a pointer leads. known: the row of landing.fhir_patient for its key, if there is one. An id of
-- another server is unknown, and where ids count, so is a number of some system that no Patient of the file has: null.
create or replace macro fhir_number(identifier_system, pointer, is_here, is_known, known_number) as
    fhir_text(case
        when identifier_system is not null then coalesce(
            case when pointer.identifier.system = identifier_system then pointer.identifier.value end,
            case when is_here then known_number end,
            case when starts_with(pointer.key, 'Patient?identifier=' || identifier_system || '|')
                then pointer.key[length('Patient?identifier=' || identifier_system || '|') + 1:] end
        )
        when not is_here then null
        when is_known then known_number
        when starts_with(pointer.key, 'Patient/') then pointer.key[9:]
        when starts_with(pointer.key, 'urn:uuid:') then pointer.key[10:]
        when starts_with(pointer.key, 'urn:oid:') then pointer.key[9:]
    end);

-- The number of a Patient resource: the identifier of the system that the profile names, else its id, or what its entry's URL says of
-- it; null for an id of another server.
create or replace macro fhir_patient_number(identifier_system, identifier, id, full_url, is_here) as
    fhir_text(case
        when identifier_system is null then case when is_here then coalesce(id, regexp_extract(full_url, '[^/:]+$')) end
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

-- What a resource says for display alone. Of several names, numbers and addresses the one that is in use and preferred: not one that has
-- ended or is old, of names no nickname, no maiden and no anonymous one.
create or replace macro fhir_first(candidates) as
    list_min(list_filter(candidates, lambda one: one.is_usable and one.said is not null)).said;

create or replace macro fhir_spoken_name(name) as
    coalesce(
        fhir_text(name.text),
        fhir_text(concat_ws(
            ' ', array_to_string(name.prefix, ' '), array_to_string(name.given, ' '), fhir_text(name.family), array_to_string(name.suffix, ' ')
        ))
    );

create or replace macro fhir_person_name(names) as
    fhir_first(list_transform(names, lambda one, place: struct_pack(
        rank := coalesce(list_position(['official', 'usual'], one.use), 3), place := place, said := fhir_spoken_name(one),
        is_usable := one.period.end is null and coalesce(one.use not in ('old', 'maiden', 'nickname', 'anonymous'), true)
    )));

create or replace macro fhir_telecom(telecoms, systems, scheme) as
    fhir_first(list_transform(telecoms, lambda one, place: struct_pack(
        rank := coalesce(try_cast(one.rank as integer), 1000),
        kind := coalesce(list_position(['mobile', 'home'], one.use), 3), place := place,
        said := fhir_text(case when starts_with(lower(one.value), scheme) then one.value[length(scheme) + 1:] else one.value end),
        is_usable := one.period.end is null and list_contains(systems, one.system) and coalesce(one.use <> 'old', true)
    )));

create or replace macro fhir_language(communications) as
    fhir_first(list_transform(communications, lambda one, place: struct_pack(
        rank := case when one.preferred = 'true' then 0 else 1 end, place := place,
        said := fhir_text(coalesce(one.language.coding[1].code, one.language.text, one.language.coding[1].display)),
        is_usable := true
    )));

create or replace macro fhir_postal_code(addresses) as
    fhir_first(list_transform(addresses, lambda one, place: struct_pack(
        rank := coalesce(list_position(['home', 'temp'], one.use), 3), place := place, said := fhir_text(one.postalCode),
        is_usable := one.period.end is null and coalesce(one.use not in ('old', 'billing'), true)
    )));

-- The key of the first practitioner to whom a Patient refers, not of an organisation.
create or replace macro fhir_practitioner(record, practitioners) as
    list_filter(
        list_transform(practitioners, lambda one: fhir_key(record, trim(one.reference))),
        lambda key: key is not null and key not like 'Organization/%'
    )[1];

create or replace macro fhir_contained_name(contained, key) as
    fhir_person_name(list_filter(contained, lambda one: one.id = split_part(key, '#', 2) and contains(key, '#'))[1].name);

-- What an extension says: in words, in its text, in the category that it names.
create or replace macro fhir_extension(extensions, url_end) as
    list_filter(
        list_transform(
            list_filter(extensions, lambda one: ends_with(one.url, url_end)),
            lambda one: fhir_text(coalesce(
                one.valueString, fhir_word(one.valueCodeableConcept),
                list_filter(one.extension, lambda part: part.url = 'text')[1].valueString,
                list_filter(one.extension, lambda part: part.url = 'ombCategory')[1].valueCoding.display
            ))
        ),
        lambda said: said is not null
    )[1];

-- US Core tells race and ethnicity apart: both are said. UK Core has one category.
create or replace macro fhir_ethnicity(extensions) as
    nullif(concat_ws(
        ', ', fhir_extension(extensions, '/us-core-race'), fhir_extension(extensions, '/us-core-ethnicity'),
        fhir_extension(extensions, '/Extension-UKCore-EthnicCategory')
    ), '');
