-- One row per distinct list of codings of the file at hand: the one coding that counts.
-- The first that the protocol's codes or the site's map know; where none is known, the first delivered. Its name, if it has
-- none, is the first name of the list. WHO ICD-10 is known by way of ICD-10-CM too. A system that has codes of another entity alone
-- (protocol/code_system_entities.csv) knows none.
with coding as (
    select entity, codings, unnest(codings) as coding, generate_subscripts(codings, 1) as place
    from landing.coding_list
),

spelled as (
    select
        coding.entity, coding.codings, coding.place, coding.coding.system as code_system, coding.coding.code as code, coding.coding.name as name,
        coalesce(code_system.code_system, upper(coding.coding.system)) as spelled_system,
        code_system_entity.entity is null or code_system_entity.entity = coding.entity as is_of_entity
    from coding
    left join protocol.code_system on code_system.alias = upper(trim(coding.coding.system))
    left join protocol.code_system_entity on code_system_entity."limit" = 'always' and code_system_entity.code_system = code_system.code_system
    where coding.coding.code is not null or coding.coding.name is not null
),

keyed as (
    select *, code_key(spelled_system, code) as code_key, between_spaces(coalesce(name, code, '')) as words,
        unnest(case spelled_system when 'ICD10' then ['ICD10', 'ICD10CM'] else [spelled_system] end) as in_system
    from spelled
),

known as (
    select keyed.codings, keyed.place
    from keyed
    join protocol.code on not code.is_prefix and code.code_system = keyed.in_system and code.code_key = keyed.code_key and keyed.is_of_entity
    union
    select keyed.codings, keyed.place
    from keyed
    join protocol.code
        on code.is_prefix and code.code_system = keyed.in_system and keyed.is_of_entity and starts_with(keyed.code_key, code.code_key)
    union
    -- a drug is known by its name too
    select keyed.codings, keyed.place
    from keyed
    join protocol.drug_name
        on keyed.entity = 'medication' and contains(keyed.words, between_spaces(drug_name.name))
    union
    select keyed.codings, keyed.place
    from keyed
    join landing.local_code
        on local_code.to_code is not null and local_code.entity = keyed.entity and local_code.code = upper(trim(coalesce(keyed.code, keyed.name)))
        and (local_code.code_system is null or local_code.code_system in (upper(keyed.code_system), keyed.spelled_system))
)

select
    keyed.codings,
    arg_min_null(keyed.code_system, row(known.place is null, keyed.place)) as code_system,
    arg_min_null(keyed.code, row(known.place is null, keyed.place)) as code,
    coalesce(
        arg_min_null(keyed.name, row(known.place is null, keyed.place)),
        arg_min(keyed.name, keyed.place) filter (keyed.name is not null)
    ) as name
from keyed
left join known on known.codings = keyed.codings and known.place = keyed.place
group by keyed.codings
