-- One row per combination of concepts and class of medication: which classes a coded medication counts for.
-- A combination product counts for each ingredient; a trap (tracer, antidote, short-course pack) counts for none.
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

select distinct concepts, coalesce(case when fact = 'shown' then means end, fact) as class, means, concept, is_multivitamin
from meaning
where not is_trapped and (fact in ('metformin', 'acid_suppressant', 'b12_therapy', 'folic_acid') or means = 'methotrexate')
