-- One row per patient and analyte: the latest usable result that can decide.
-- Several at one instant: the lower B12 and the higher MMA, so that a doubt is never read as normal.
-- Of an antibody the latest that is positive or negative. A later result that crosses its edge is passed over. is_conflicting: the results of
-- its instant disagree; conflicting_id: it disagrees with another row of its id.
with newest as (
    select
        patient_id, analyte, bool_and(finding is not distinct from 'indeterminate') as is_indeterminate,
        coalesce(max(collected_at) filter (finding is distinct from 'indeterminate'), max(collected_at)) as collected_at
    from clinical.result
    where word is not null
    group by patient_id, analyte
),

-- few: only these are put in order
shared as (
    select patient_id, analyte, collected_at from clinical.result group by all having count(*) > 1
),

candidate as (
    select result.* exclude (performing_lab, unit)
    from clinical.result
    join newest using (patient_id, analyte, collected_at)
    where result.word is not null and (result.finding is not distinct from 'indeterminate') = newest.is_indeterminate
),

latest as (
    select * from candidate anti join shared using (patient_id, analyte, collected_at)
    union all
    select candidate.*
    from candidate semi join shared using (patient_id, analyte, collected_at)
    left join clinical.word_severity using (analyte, word)
    qualify row_number() over (
        partition by patient_id, analyte
        order by
            case when analyte in ('mma', 'homocysteine') then -value else value end,
            -- of one number the comparator that leaves the lower, or the higher: >271 is a higher MMA than 271
            list_position(
                case when analyte in ('mma', 'homocysteine') then ['>', '>=', '=', '<=', '<'] else ['<', '<=', '=', '>=', '>'] end, comparator
            ),
            case finding when 'positive' then 0 when 'indeterminate' then 1 else 2 end,
            -- of one number that two laboratories' bands judge otherwise: the worse word, and a doubt before what is surely normal
            severity nulls last, word desc,
            -- rows that decide alike: by content before place, so that the order of deliveries makes no difference
            band_id, neuro_300_band_id, is_of_other_date desc, collected_on, comparator, reference_high nulls last, reference_low nulls last, value_reported, unit_reported, is_unit_code_disagree, source, file, line
    ) = 1
),

conflicting as (
    select result.patient_id, result.analyte
    from clinical.result
    semi join shared using (patient_id, analyte, collected_at)
    join newest using (patient_id, analyte, collected_at)
    group by result.patient_id, result.analyte
    having are_conflicting(result.value, result.comparator, result.finding, result.value_reported, result.unit_reported)
)

select latest.*, conflicting.patient_id is not null as is_conflicting
from latest
left join conflicting using (patient_id, analyte)
