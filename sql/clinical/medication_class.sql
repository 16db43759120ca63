-- One row per combination of concepts and class of medication: which classes a coded medication counts for.
-- The classes are B12 therapy, methotrexate and those that the facts of the pack declare. A combination product counts for each ingredient; a trap (tracer,
-- antidote, short-course pack) counts for none. fact: the one that the class
-- serves; concept_fact, means: of the concept.
with spelled as (
    select distinct concepts from lake.medication where concepts is not null
    union
    select distinct concepts from lake.procedure where contains(concepts, 'b12_injection_claim')
),

single as (
    select concepts, unnest(string_split(concepts, '|')) as concept from spelled
),

meaning as (
    select single.concepts, single.concept, concept.fact, concept.means,
        bool_or(concept.fact = 'trap') over (partition by single.concepts) as is_trapped,
        bool_or(concept.means = 'multivitamin') over (partition by single.concepts) as is_multivitamin
    from single
    join protocol.concept on concept.concept = single.concept
)

select distinct meaning.concepts, class_concept.class, class_concept.fact, meaning.fact as concept_fact, meaning.means, meaning.concept, meaning.is_multivitamin
from meaning
join protocol.class_concept on class_concept.concept = meaning.concept
where not meaning.is_trapped
