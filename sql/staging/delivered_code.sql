-- One row per distinct code of the files at hand, with the concepts it stands for (joined by |), or none.
-- Looked up by its code; a WHO ICD-10 code by way of ICD-10-CM, a drug by its name, when its code is unknown. A code without a system
-- counts when all that know it agree on its meaning. route: how a drug is given, by its concepts (protocol/concept_routes.csv), else by the
-- dose form in its name.
with found as (
    select concept_by_code.entity, concept_by_code.code_system, concept_by_code.code, concept_by_code.name,
        coalesce(vitamin_b12_form.concept, concept_by_code.concept) as concept, 'code' as matched_by
    from staging.concept_by_code
    left join staging.vitamin_b12_form
        on vitamin_b12_form.entity = concept_by_code.entity and vitamin_b12_form.code = concept_by_code.code
        and vitamin_b12_form.code_system is not distinct from concept_by_code.code_system
        and vitamin_b12_form.name is not distinct from concept_by_code.name
    where concept_by_code.is_agreed
    union
    select *, 'parent' from staging.concept_by_icd10cm
    union
    select *, 'name' from staging.concept_by_name
),

-- what is known of a B12 by one row in general and by another exactly (b12_cyanocobalamin, b12_cyanocobalamin_injection) is one thing
exact as (
    select found.*
    from found
    anti join found as narrower
        on starts_with(found.concept, 'b12_') and starts_with(narrower.concept, found.concept || '_') and narrower.entity = found.entity
        and narrower.code is not distinct from found.code and narrower.code_system is not distinct from found.code_system
        and narrower.name is not distinct from found.name
),

meaning as (
    select entity, code_system, code, name, string_agg(distinct concept, '|' order by concept) as concepts, min(matched_by) as matched_by,
        case when count(distinct concept_route.kind) = 1 then min(concept_route.kind) end as route
    from exact
    left join protocol.concept_route using (concept)
    group by entity, code_system, code, name
)

select
    spelled_code.entity, spelled_code.code_system, spelled_code.code, spelled_code.name, spelled_code.spelled_system,
    spelled_code.is_answered, spelled_code.rows_by_file, meaning.concepts,
    meaning.matched_by, coalesce(meaning.route, route_by_form.kind) as route,
    coalesce(spelled_code.spelled_system = 'LOINC' and regexp_full_match(trim(spelled_code.looked_up_code), '\d{1,7}-\d'), false) as is_loinc,
    concept.means as analyte,
    concept.wording as basis
from staging.spelled_code
left join meaning
    on meaning.entity = spelled_code.entity and meaning.code is not distinct from spelled_code.code
    and meaning.code_system is not distinct from spelled_code.code_system and meaning.name is not distinct from spelled_code.name
left join staging.route_by_form
    on route_by_form.entity = spelled_code.entity and route_by_form.code is not distinct from spelled_code.code
    and route_by_form.code_system is not distinct from spelled_code.code_system and route_by_form.name is not distinct from spelled_code.name
left join protocol.concept on concept.fact = 'lab' and concept.concept = meaning.concepts
