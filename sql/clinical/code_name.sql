-- One row per code of a condition, procedure or medication that was delivered without a name, and concepts that it stands for: what the
-- protocol's own table of codes calls it.
-- Looked up by the concept that the code was found to stand for, in its system however spelled, or in any where none was delivered. Of several rows that
-- cover the code, the longest. A code that no table names has no row.
with nameless as (
    select code_system, code, concepts from lake.condition where name is null and concepts is not null
    union
    select code_system, code, concepts from lake.procedure where name is null and concepts is not null
    union
    select code_system, code, concepts from lake.medication where name is null and concepts is not null
),

spelled as (
    select nameless.code_system, nameless.code, nameless.concepts, unnest(string_split(nameless.concepts, '|')) as concept,
        coalesce(code_system.code_system, upper(trim(nameless.code_system))) as spelled_system
    from nameless
    left join protocol.code_system on code_system.alias = upper(trim(nameless.code_system))
)

select spelled.code_system, spelled.code, spelled.concepts, arg_max(code.display, row(length(code.code_key), code.display)) as name
from spelled
join protocol.code
    on code.concept = spelled.concept
    and (code.code_system = spelled.spelled_system or spelled.spelled_system is null or (code.code_system = 'ICD10CM' and spelled.spelled_system = 'ICD10'))
    and starts_with(code_key(code.code_system, spelled.code), code.code_key)
    and (code.is_prefix or length(code_key(code.code_system, spelled.code)) = length(code.code_key))
group by spelled.code_system, spelled.code, spelled.concepts
