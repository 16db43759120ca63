-- One row per distinct code of the files at hand, or name of a drug, spelled as the protocol's tables spell it.
-- A code, or a name without a code, that the site's map answers for is looked up as what the map says; what was delivered stays in
-- code and code_system. Missing: a lab result without a system is of LOINC; any other has no spelled_system, and is looked up in every
-- system. rows_by_file: how many rows have it, of each file of a batch. words: what a drug's name is looked for in, each word between spaces.
with counted as (
    select 'lab_result' as entity, code_system, code, cast(null as varchar) as name, file_number(line) as number, count(*) as rows
    from landing.lab_result group by all
    union all
    select 'medication', code_system, code, name, file_number(line), count(*) from landing.medication group by all
    union all
    select 'condition', code_system, code, null, file_number(line), count(*) from landing.condition group by all
    union all
    select 'procedure', code_system, code, null, file_number(line), count(*) from landing.procedure group by all
),

delivered as (
    select entity, code_system, code, name, list(struct_pack(number := number, rows := rows)) as rows_by_file
    from counted
    group by entity, code_system, code, name
),

spelled as (
    select
        delivered.*, coalesce(local_code.to_code, delivered.code) as looked_up_code, local_code.code is not null as is_answered,
        coalesce(
            mapped_system.code_system, upper(local_code.to_system), code_system.code_system,
            case when delivered.entity = 'lab_result' and delivered.code_system is null then 'LOINC' end, upper(delivered.code_system)
        ) as spelled_system
    from delivered
    left join protocol.code_system on code_system.alias = upper(trim(delivered.code_system))
    left join landing.local_code
        on local_code.entity = delivered.entity and local_code.code = upper(trim(coalesce(delivered.code, delivered.name)))
        and coalesce(local_code.code_system, '') in ('', upper(trim(delivered.code_system)), code_system.code_system)
    left join protocol.code_system as mapped_system on mapped_system.alias = upper(trim(local_code.to_system))
)

select
    *, code_key(spelled_system, looked_up_code) as code_key,
    between_spaces(coalesce(name, '') || ' ' || case when spelled_system = 'NAME' then coalesce(looked_up_code, '') else '' end) as words
from spelled
