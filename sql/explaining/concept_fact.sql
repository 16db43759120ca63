-- One row per concept and fact on which a record of it bears: the fact of the table of concepts, and those of the pack's own that choose the concept.
-- What is shown only bears on no fact, unless one of the pack's own chooses it; traps are recognised, but not counted.
with own as (
    select distinct line_concept.concept, line_concept.fact
    from protocol.line_concept
    join protocol.declared_fact on declared_fact.fact = line_concept.fact and not declared_fact.is_shared
)

select own.concept, own.fact, concept.wording
from own
join protocol.concept on concept.concept = own.concept
union all
select concept, case fact when 'shown' then 'shown, not used' when 'trap' then 'recognised, not counted' else fact end, wording
from protocol.concept
where fact <> 'shown' or concept not in (select concept from own)
