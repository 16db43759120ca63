-- One row per unmapped local code, unit or status word of a source, with its number of rows.
-- Codes by their system, or by the name where no code was delivered. names: the names that a code was delivered with, the most frequent
-- first, at most fifty; more than one means that a map of the code alone would mix tests. units: of a code its units, likewise. patients: of a
-- unit alone, as skipped rows are only counted. codes: of a unit the codes of these results, at most fifty; is_deciding: whether a decision
-- may depend on one of these results. A map answers a code or a unit (map_to); a status word is answered in the profile.
with delivered_code as (
    select source, entity, code_system, coalesce(code, name) as delivered, name, unit, rows
    from lake.unmapped_code
    where skipped_because = 'unmapped_code' and coalesce(code, name) is not null
),

named as (
    select source, entity, code_system, delivered, name, sum(rows) as rows
    from delivered_code
    group by source, entity, code_system, delivered, name
),

measured as (
    select source, entity, code_system, delivered, list(unit order by rows desc, unit)[:50] as units
    from (
        select source, entity, code_system, delivered, unit, sum(rows) as rows
        from delivered_code
        where unit is not null
        group by source, entity, code_system, delivered, unit
    ) as by_unit
    group by source, entity, code_system, delivered
),

unknown as (
    select named.source, named.entity, 'code' as kind, named.code_system, named.delivered,
        coalesce(list(named.name order by named.rows desc, named.name) filter (where named.name is not null), []) as names,
        coalesce(any_value(measured.units), []) as units, cast(sum(named.rows) as bigint) as rows,
        cast(null as bigint) as patients, cast([] as struct(code varchar, code_system varchar)[]) as codes, cast(null as boolean) as is_deciding
    from named
    left join measured
        on measured.source = named.source and measured.entity = named.entity and measured.delivered = named.delivered
        and measured.code_system is not distinct from named.code_system
    group by named.source, named.entity, named.code_system, named.delivered
    union all
    select source, entity, 'status', null, code, ['known words: protocol/statuses.csv; others: words in the profile'], [],
        cast(sum(rows) as bigint), null, [], null
    from lake.unmapped_code
    where skipped_because = 'unknown_status'
    group by source, entity, code
    union all
    select source, 'lab_result', 'unit', null, unit, ['of ' || string_agg(distinct code, ', ' order by code)], [], count(*),
        count(distinct patient_id), coalesce(list_sort(list(distinct {'code': code, 'code_system': code_system}) filter (where code is not null)), [])[:50],
        coalesce(bool_or(is_deciding), true)
    from lake.rejected_row
    where rejected_because = 'unknown_unit' group by source, unit
)

select unknown.source, unknown.entity, unknown.kind, unknown.code_system, unknown.delivered, unknown.names[1] as name,
    unknown.names[:50] as names, unknown.units, unknown.rows, seen.files, unknown.patients, seen.first_on, seen.last_on,
    unknown.codes, unknown.is_deciding, null as map_to_system, null as map_to
from unknown
left join reporting.unmapped_seen as seen
    on seen.source = unknown.source and seen.entity = unknown.entity and seen.kind = unknown.kind and seen.delivered = unknown.delivered
    and seen.code_system is not distinct from unknown.code_system
order by rows desc, unknown.source, unknown.entity, unknown.kind, unknown.code_system, unknown.delivered
