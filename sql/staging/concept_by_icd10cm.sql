-- One row per delivered WHO ICD-10 code without a row of its own and concept that the same code has in ICD-10-CM, by a row of that code
-- or a row with * that covers it.
-- Source: protocol §6 [V2]. A parent takes nothing from the codes below it that happen to be listed: Z98.8 is not bariatric because Z98.84
-- is. A code that neither system lists has no row.
with unknown as (
    select spelled_code.*
    from staging.spelled_code
    anti join staging.concept_by_code
        on concept_by_code.entity = spelled_code.entity and concept_by_code.code is not distinct from spelled_code.code
        and concept_by_code.code_system is not distinct from spelled_code.code_system
    where spelled_code.spelled_system = 'ICD10'
)

select unknown.entity, unknown.code_system, unknown.code, unknown.name, code.concept
from unknown
join protocol.code on code.code_system = 'ICD10CM' and not code.is_prefix and code.code_key = unknown.code_key
union
select unknown.entity, unknown.code_system, unknown.code, unknown.name, code.concept
from unknown
join protocol.code on code.code_system = 'ICD10CM' and code.is_prefix and starts_with(unknown.code_key, code.code_key)
