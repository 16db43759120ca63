-- One row per delivered lab result: its value taken apart into comparator, number and what stands behind it, and the unit that counts.
-- Source: protocol §1, Value, unit and flag in one cell. A plain number is not taken apart. Behind a number, only a known unit and a flag
-- are understood (is_cell_known). Unit: that of its column, else the printed one, else that in the value.
with parted as (
    select
        coded_lab_result.*,
        case when plain_number is null then lower(trim(with_signs(value))) end as word,
        case when plain_number is null then value_parts(value) end as parts,
        case when plain_number is null then unit_in_cell(value) end as cell_unit
    from staging.coded_lab_result
)

select
    parted.*, cell_spelling.unit as spelled_cell_unit,
    coalesce(cell_unit, '') = '' or cell_spelling.unit is not null as is_cell_known,
    coalesce(
        parted.spelled_unit,
        case when parted.is_without_unit then coalesce(parted.spelled_printed_unit, case when parted.unit_printed is null then cell_spelling.unit end) end
    ) as effective_unit
from parted
left join staging.unit_spelling as cell_spelling on cell_spelling.delivered = parted.cell_unit
