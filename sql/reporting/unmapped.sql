-- One row per unmapped local code, unit or status word of a source, with its number of rows.
-- Codes by their system, or by the name where no code was delivered. names: the names that a code was delivered with, the most frequent
-- first, at most fifty; more than one means that a map of the code alone would mix tests. A map answers a code or a unit (map_to); a
-- status word is answered in the profile.
with named as (
    select source, entity, code_system, coalesce(code, name) as delivered, name, cast(sum(rows) as bigint) as rows
    from lake.unmapped_code
    where skipped_because = 'unmapped_code' and coalesce(code, name) is not null
    group by source, entity, code_system, coalesce(code, name), name
),

unknown as (
    select source, entity, 'code' as kind, code_system, delivered,
        coalesce(list(name order by rows desc, name) filter (where name is not null), []) as names,
        cast(sum(rows) as bigint) as rows
    from named
    group by source, entity, code_system, delivered
    union all
    select source, entity, 'status', null, code, ['known words: protocol/statuses.csv; others: words in the profile'],
        cast(sum(rows) as bigint)
    from lake.unmapped_code
    where skipped_because = 'unknown_status'
    group by source, entity, code
    union all
    select source, 'lab_result', 'unit', null, unit, ['of ' || string_agg(distinct code, ', ' order by code)], count(*)
    from lake.rejected_row
    where rejected_because = 'unknown_unit'
    group by source, unit
)

select source, entity, kind, code_system, delivered, names[1] as name, names[:50] as names, rows, null as map_to_system, null as map_to
from unknown
order by rows desc, source, entity, kind, code_system, delivered
