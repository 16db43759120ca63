-- One row per delivered code that means only "vitamin B12" (RxNorm 11248) and name: the form that the name says, or that it is unknown.
-- A name that says several forms: the first by its concept.
select
    spelled_code.entity, spelled_code.code_system, spelled_code.code, spelled_code.name,
    coalesce(min(named_drug.concept), 'b12_form_unknown') as concept
from staging.spelled_code
left join staging.named_drug
    on named_drug.concept like 'b12\_%' escape '\' and named_drug.concept <> 'b12_form_unknown'
    and named_drug.entity = spelled_code.entity and named_drug.code is not distinct from spelled_code.code
    and named_drug.code_system is not distinct from spelled_code.code_system and named_drug.name is not distinct from spelled_code.name
where coalesce(spelled_code.spelled_system, 'RXNORM') = 'RXNORM' and spelled_code.code_key = '11248'
group by spelled_code.entity, spelled_code.code_system, spelled_code.code, spelled_code.name
