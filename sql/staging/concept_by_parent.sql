-- One row per delivered WHO ICD-10 code without a row of its own and the concept that ICD-10-CM gives it: the concept of the same code
-- there, else the one that all the codes below it share. A code below which concepts differ, or of fewer than three characters, has none.
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
select unknown.entity, unknown.code_system, unknown.code, unknown.name, min(code.concept)
from unknown
join protocol.code on code.code_system = 'ICD10CM' and starts_with(code.code_key, unknown.code_key)
where length(unknown.code_key) >= 3
group by unknown.entity, unknown.code_system, unknown.code, unknown.name
having count(distinct code.concept) = 1 and not bool_or(code.code_key = unknown.code_key)
