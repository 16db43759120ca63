-- One row per delivered drug whose code is unknown or missing and concept that a name in its own name stands for.
-- Source: protocol §6, By name; protocol/codes/drug_names.csv. A more exact name rules out "vitamin b12" beside it; a radiolabelled one
-- rules out everything; folinic acid, a rescue, rules out folic acid, and says nothing beside another drug. A name that
-- matches nothing has no row.
with named as (
    select named_drug.entity, named_drug.code_system, named_drug.code, named_drug.name, named_drug.concept, concept.fact,
        concept.fact not in ('trap', 'folic_acid') as is_another_drug
    from staging.named_drug
    anti join staging.concept_by_code
        on concept_by_code.entity = 'medication' and concept_by_code.code is not distinct from named_drug.code
        and concept_by_code.code_system is not distinct from named_drug.code_system
    join protocol.concept on concept.concept = named_drug.concept
),

drug as (
    select code_system, code, name,
        bool_or(concept = 'EXCLUDE_radiolabelled') as is_radiolabelled,
        bool_or(concept = 'leucovorin_rescue_NOT_FOLIC_ACID') as is_rescue,
        bool_or(is_another_drug) as is_beside_another,
        bool_or(starts_with(concept, 'b12_') and concept <> 'b12_form_unknown') as is_exact
    from named
    group by code_system, code, name
)

select distinct named.entity, named.code_system, named.code, named.name, named.concept
from named
join drug
    on drug.code_system is not distinct from named.code_system and drug.code is not distinct from named.code
    and drug.name is not distinct from named.name
where case
    when drug.is_radiolabelled then named.concept = 'EXCLUDE_radiolabelled'
    when named.concept = 'b12_form_unknown' then not drug.is_exact
    when named.concept = 'leucovorin_rescue_NOT_FOLIC_ACID' then not drug.is_beside_another
    when named.fact = 'folic_acid' then not drug.is_rescue
    else true
end
