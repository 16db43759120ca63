-- One row per code of a condition, procedure or medication that was delivered without a name: what the protocol's own table of codes calls it.
-- Of several rows that cover the code, the longest. A WHO ICD-10 code may be found in ICD-10-CM. A code that no table names has no row.
with nameless as (
    select distinct code_system, code from lake.condition where name is null and concepts is not null
    union
    select distinct code_system, code from lake.procedure where name is null and concepts is not null
    union
    select distinct code_system, code from lake.medication where name is null and concepts is not null
)

select nameless.code_system, nameless.code, arg_max(code.display, row(length(code.code_key), code.display)) as name
from nameless
join protocol.code
    on (code.code_system = nameless.code_system or (code.code_system = 'ICD10CM' and nameless.code_system = 'ICD10'))
    and starts_with(code_key(code.code_system, nameless.code), code.code_key)
    and (code.is_prefix or length(code_key(code.code_system, nameless.code)) = length(code.code_key))
group by nameless.code_system, nameless.code
