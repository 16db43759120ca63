-- One row per unmapped local code, unit or status word of a source, with its number of rows.
-- Codes by their system, or by the name where no code was delivered; of other names of one code any is shown. A map answers
-- a code or a unit (map_to); a status word is answered in the profile.
with unknown as (
    select source, entity, 'code' as kind, code_system, coalesce(code, name) as delivered, any_value(name) as name,
        cast(sum(rows) as bigint) as rows
    from lake.unmapped_code
    where skipped_because = 'unmapped_code' and coalesce(code, name) is not null
    group by source, entity, code_system, coalesce(code, name)
    union all
    select source, entity, 'status', null, code, 'known words: protocol/statuses.csv; others: words in the profile', cast(sum(rows) as bigint)
    from lake.unmapped_code
    where skipped_because = 'unknown_status'
    group by source, entity, code
    union all
    select source, 'lab_result', 'unit', null, unit, 'of ' || string_agg(distinct code, ', ' order by code), count(*)
    from lake.rejected_row
    where rejected_because = 'unknown_unit'
    group by source, unit
)

select source, entity, kind, code_system, delivered, name, rows, null as map_to_system, null as map_to
from unknown
order by rows desc, source, entity, kind, code_system, delivered
