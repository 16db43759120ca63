-- One row per distinct unit of the delivered lab results, as it was written in the unit's column, as printed beside a code, or behind
-- the number in the value: the unit it spells.
-- The site's map first, then protocol/unit_aliases.csv. A unit that neither knows has none; a blank one is marked, as it is missing.
with spelling as (
    select unit from landing.lab_result where unit is not null
    union
    select unit_printed from landing.lab_result where unit_printed is not null
    union
    select unit from (select unit_in_cell(value) as unit from landing.lab_result) where unit <> ''
)

select
    spelling.unit as delivered, unit_key(spelling.unit) = '' as is_blank, coalesce(site_alias.unit, unit_alias.unit) as unit
from spelling
left join landing.local_unit on local_unit.spelling = unit_key(spelling.unit)
left join protocol.unit_alias as site_alias on site_alias.spelling = unit_key(local_unit.unit)
left join protocol.unit_alias on unit_alias.spelling = unit_key(spelling.unit)
