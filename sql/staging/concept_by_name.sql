-- One row per delivered drug whose code is unknown or missing and concept that a whole word of its name stands for.
-- Source: protocol/codes/drug_names.csv. A more exact name rules out "vitamin b12" beside it; a radiolabelled one rules out
-- everything. A name that matches nothing has no row.
with named as (
    select spelled_code.entity, spelled_code.code_system, spelled_code.code, spelled_code.name, drug_name.concept
    from staging.spelled_code
    anti join staging.concept_by_code
        on concept_by_code.entity = 'medication' and concept_by_code.code is not distinct from spelled_code.code
        and concept_by_code.code_system is not distinct from spelled_code.code_system
    join protocol.drug_name on contains(spelled_code.words, between_spaces(drug_name.name))
    where spelled_code.entity = 'medication'
),

drug as (
    select code_system, code, name,
        bool_or(concept = 'EXCLUDE_radiolabelled') as is_radiolabelled,
        bool_or(concept in ('b12_cyanocobalamin', 'b12_hydroxocobalamin', 'b12_mecobalamin', 'b12_cobamamide')) as is_exact
    from named
    group by code_system, code, name
)

select distinct named.*
from named
join drug
    on drug.code_system is not distinct from named.code_system and drug.code is not distinct from named.code
    and drug.name is not distinct from named.name
where case named.concept
    when 'EXCLUDE_radiolabelled' then true
    when 'b12_form_unknown' then not drug.is_exact and not drug.is_radiolabelled
    else not drug.is_radiolabelled
end
