-- One row per delivered code, code system and concept that the code stands for in that system, by protocol/codes/*.csv.
-- A code without a system is looked up in every system, spelled as in that system. is_agreed: every system with this code gives
-- it the same meaning; the first system by name is then used. If they differ, nothing is guessed. display: what the rows of the code and
-- those with * that cover it are called; listed_as: their codes.
-- Some systems have codes of one entity alone (protocol/code_system_entities.csv): an operation of OPCS-4 is never looked up for a
-- condition, and without a system a five-digit code of a procedure is none of ICD-9-CM.
with tried as (
    select spelled_code.* exclude (code_key), system.code_system as in_system,
        code_key(system.code_system, spelled_code.looked_up_code) as code_key
    from staging.spelled_code
    join (select distinct code_system from protocol.code) as system
        on coalesce(spelled_code.spelled_system, system.code_system) = system.code_system
    anti join protocol.code_system_entity
        on code_system_entity.code_system = system.code_system and code_system_entity.entity <> spelled_code.entity
        and (code_system_entity."limit" = 'always' or spelled_code.spelled_system is null)
),

-- a longer number without a system that begins like an ICD code is not one
known as (
    select tried.entity, tried.code_system, tried.code, tried.name, code.concept, tried.in_system, code.display, code.code as listed_as
    from tried
    join protocol.code on code.code_key = tried.code_key and not code.is_prefix and code.code_system = tried.in_system
    union
    select tried.entity, tried.code_system, tried.code, tried.name, code.concept, tried.in_system, code.display, code.code as listed_as
    from tried
    join protocol.code on code.is_prefix and starts_with(tried.code_key, code.code_key) and code.code_system = tried.in_system
    where tried.spelled_system is not null or tried.in_system in ('LOCAL', 'BNF') or length(tried.code_key) <= length(code.code_key) + 2
),

meaning as (
    select
        known.entity, known.code_system, known.code, known.name, known.in_system,
        string_agg(distinct concept.fact || ' ' || coalesce(concept.means, ''), '|'
            order by concept.fact || ' ' || coalesce(concept.means, '')) as meanings
    from known
    left join protocol.concept on concept.concept = known.concept
    group by known.entity, known.code_system, known.code, known.name, known.in_system
),

agreed as (
    select entity, code_system, code, name, min(in_system) as in_system
    from meaning
    group by entity, code_system, code, name
    having count(distinct meanings) = 1
)

select
    known.entity, known.code_system, known.code, known.name, known.concept, known.in_system, agreed.in_system is not null as is_agreed,
    string_agg(distinct known.display, '; ' order by known.display) as display, string_agg(distinct known.listed_as, ', ' order by known.listed_as) as listed_as
from known
left join agreed
    on agreed.entity = known.entity and agreed.in_system = known.in_system and agreed.code is not distinct from known.code
    and agreed.code_system is not distinct from known.code_system and agreed.name is not distinct from known.name
group by all
