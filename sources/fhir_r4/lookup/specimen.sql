-- One row per Specimen that a result may point to: what it is in a word that protocol/specimens.csv knows, else in the first that
-- describes it; when it was collected; and its number: its id; of one inside a result, whose id means nothing outside, the laboratory's.
with specimen as (
    select *, from_json(type, fhir_concept()) as concept from landing.fhir_part where kind = 'Specimen'
),

worded as (
    select
        *,
        list_filter(
            [concept.text] || coalesce(list_transform(concept.coding, lambda one: one.display), [])
                || coalesce(list_transform(concept.coding, lambda one: one.code), []),
            lambda word: fhir_text(word) is not null
        ) as words
    from specimen
)

select
    file, key,
    coalesce(fhir_known(words, known_words), words[1]) as specimen,
    fhir_text(coalesce(
        collection ->> '$.collectedDateTime', collection ->> '$.collectedPeriod.start', collection ->> '$.collectedPeriod.end'
    )) as collected_at,
    fhir_text(coalesce(own_id, accessionIdentifier.value, identifier[1].value)) as specimen_id
from worded
cross join (select list(specimen) as known_words from protocol.specimen)
