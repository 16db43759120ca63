-- One row per entity with codes and delivered code system of the files at hand: how many rows carry it, and how many of them are understood.
-- Source: protocol §1, "Understood, not only delivered". A row is understood when its code system is one of those in which the protocol
-- has codes of such an entity, whether or not the code is ours; when its code is known, or answered by the site's map; when it is a drug with a name, which
-- can be matched; or when its code has no system and the shape of one. A system that was not delivered is empty.
with delivered as (
    select 'lab_result' as entity, code_system, code, cast(null as varchar) as name from landing.lab_result
    union all
    select 'medication', code_system, code, name from landing.medication
    union all
    select 'condition', code_system, code, null from landing.condition
    union all
    select 'procedure', code_system, code, null from landing.procedure
),

domain as (
    select unnest([
        row('lab', 'lab_result'), row('metformin', 'medication'), row('acid_suppressant', 'medication'), row('b12_therapy', 'medication'),
        row('folic_acid', 'medication'), row('malabsorption', 'condition'), row('neuro', 'condition'), row('diet', 'condition'),
        row('pregnancy', 'condition'), row('renal', 'condition'), row('deficiency_before', 'condition'), row('malabsorption', 'procedure'),
        row('renal', 'procedure'), row('b12_therapy', 'procedure')
    ]) as pair
),

coded_system as (
    select distinct domain.pair[2] as entity, code.code_system
    from protocol.code
    join protocol.concept on concept.concept = code.concept
    join domain on domain.pair[1] = concept.fact
    where code.code_system not in ('LOCAL', 'NAME')
)

select
    delivered.entity, coalesce(delivered.code_system, '') as code_system, count(*) as rows,
    count(*) filter (
        coded_system.code_system is not null or delivered_code.concepts is not null or delivered_code.is_answered
        or (delivered.entity = 'medication' and (delivered.name is not null or delivered_code.spelled_system = 'NAME'))
        or (delivered_code.spelled_system is null and has_code_shape(delivered.entity, delivered.code))
    ) as rows_understood
from delivered
left join staging.delivered_code
    on delivered_code.entity = delivered.entity and delivered_code.code is not distinct from delivered.code
    and delivered_code.code_system is not distinct from delivered.code_system
    and delivered_code.name is not distinct from delivered.name
left join coded_system on coded_system.entity = delivered.entity and coded_system.code_system = delivered_code.spelled_system
group by delivered.entity, coalesce(delivered.code_system, '')
