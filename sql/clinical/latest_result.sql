-- One row per patient and analyte: the latest usable result that can decide.
-- Several at one instant: the lower B12 and the higher MMA, so that a doubt is never read as normal.
-- Of an antibody the latest that is positive or negative. A later result that crosses its edge is passed over. is_conflicting: the results of
-- its instant disagree; conflicting_id: it disagrees with another row of its id.
with latest as (
    select * exclude (performing_lab, unit)
    from clinical.result
    where word is not null
    qualify row_number() over (
        partition by patient_id, analyte
        order by
            finding is not distinct from 'indeterminate',
            collected_at desc,
            case when analyte in ('mma', 'homocysteine') then -value else value end,
            -- of one number the comparator that leaves the lower, or the higher: >271 is a higher MMA than 271
            list_position(
                case when analyte in ('mma', 'homocysteine') then ['>', '>=', '=', '<=', '<'] else ['<', '<=', '=', '>=', '>'] end, comparator
            ),
            case finding when 'positive' then 0 when 'indeterminate' then 1 else 2 end,
            -- rows that decide alike: by content before place, so that the order of deliveries makes no difference
            collected_on, comparator, reference_high nulls last, value_reported, unit_reported, is_unit_code_disagree, source, file, line
    ) = 1
),

conflicting as (
    select result.patient_id, result.analyte
    from clinical.result
    join latest using (patient_id, analyte, collected_at)
    group by result.patient_id, result.analyte
    having are_conflicting(result.value, result.comparator, result.finding, result.value_reported, result.unit_reported)
)

select latest.*, conflicting.patient_id is not null as is_conflicting
from latest
left join conflicting using (patient_id, analyte)
