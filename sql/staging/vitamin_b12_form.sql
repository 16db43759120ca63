-- One row per delivered code that means only "vitamin B12" (RxNorm 11248) and name: the form that the name says, or that it is unknown.
-- A name that says several forms: the first by its concept.
select
    spelled_code.entity, spelled_code.code_system, spelled_code.code, spelled_code.name,
    coalesce(min(drug_name.concept), 'b12_form_unknown') as concept
from staging.spelled_code
left join protocol.drug_name
    on drug_name.concept like 'b12\_%' escape '\' and drug_name.concept <> 'b12_form_unknown'
    and contains(spelled_code.words, between_spaces(drug_name.name))
where coalesce(spelled_code.spelled_system, 'RXNORM') = 'RXNORM' and spelled_code.code_key = '11248'
group by spelled_code.entity, spelled_code.code_system, spelled_code.code, spelled_code.name
