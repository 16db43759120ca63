-- One row per file of a batch, by its number, entity with codes and delivered code system: how many rows carry it, and how many of them are
-- understood.
-- Source: protocol §1, "Understood, not only delivered". A row is understood when its code system is one of those in which the protocol
-- has codes of such an entity, of drugs those of every class (NDC has B12 injections alone: no metformin there says nothing), whether or
-- not the code is ours; when its code is known, or answered by the site's map; when it is a drug with a name, which can be matched; or
-- when its code has no system and the shape of one. A system that was not delivered is empty.
with domain as (
    select unnest([
        row('lab', 'lab_result'), row('metformin', 'medication'), row('acid_suppressant', 'medication'), row('b12_therapy', 'medication'),
        row('folic_acid', 'medication'), row('malabsorption', 'condition'), row('neuro', 'condition'), row('diet', 'condition'),
        row('pregnancy', 'condition'), row('renal', 'condition'), row('deficiency_before', 'condition'), row('malabsorption', 'procedure'),
        row('renal', 'procedure'), row('b12_therapy', 'procedure')
    ]) as pair
),

coded_system as (
    select domain.pair[2] as entity, code.code_system
    from protocol.code
    join protocol.concept on concept.concept = code.concept
    join domain on domain.pair[1] = concept.fact
    anti join protocol.code_system_entity
        on code_system_entity."limit" = 'always' and code_system_entity.code_system = code.code_system
        and code_system_entity.entity <> domain.pair[2]
    where code.code_system not in ('LOCAL', 'NAME')
    group by domain.pair[2], code.code_system
    having domain.pair[2] <> 'medication' or count(distinct concept.fact) = 4
),

counted as (
    select *, unnest(rows_by_file, recursive := true) from staging.delivered_code
)

select
    counted.number, counted.entity, coalesce(counted.code_system, '') as code_system, cast(sum(counted.rows) as bigint) as rows,
    cast(coalesce(sum(counted.rows) filter (
        coded_system.code_system is not null or counted.concepts is not null or counted.is_answered
        or (counted.entity = 'medication' and (counted.name is not null or counted.spelled_system = 'NAME'))
        or (counted.spelled_system is null and has_code_shape(counted.entity, counted.code))
    ), 0) as bigint) as rows_understood
from counted
left join coded_system on coded_system.entity = counted.entity and coded_system.code_system = counted.spelled_system
group by counted.number, counted.entity, coalesce(counted.code_system, '')
