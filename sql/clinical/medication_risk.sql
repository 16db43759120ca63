-- One row per patient with metformin, an acid suppressant or folic acid: how long, and since when.
-- Only eras that reach into the last 12 months. The combined era of PPI, H2 blocker and P-CAB holds each class's own era,
-- so the longest of them decides.
with reaching as (
    select
        medication_era.*,
        least(run.as_of, medication_era.end_on) as covered_until,
        medication_era.end_on >= run.as_of as is_active,
        case medication_era.class when 'metformin' then setting.metformin_months else setting.acid_suppressant_months end as months
    from clinical.medication_era
    cross join protocol.run
    cross join protocol.setting
    where medication_era.is_recent and medication_era.class in ('metformin', 'acid_suppressant', 'folic_acid')
),

judged as (
    select *, covered_until > start_on + to_months(months) as is_long from reaching
)

select
    patient_id,
    case when bool_or(is_long) filter (class = 'metformin') then 'long_term'
        when count(*) filter (class = 'metformin') > 0 then 'shorter' end as metformin,
    coalesce(min(start_on) filter (class = 'metformin' and is_long), min(start_on) filter (class = 'metformin')) as metformin_since,
    case when bool_or(is_long) filter (class = 'acid_suppressant') then 'long_term'
        when count(*) filter (class = 'acid_suppressant') > 0 then 'shorter' end as acid_suppressant,
    coalesce(min(start_on) filter (class = 'acid_suppressant' and is_long), min(start_on) filter (class = 'acid_suppressant')) as acid_suppressant_since,
    coalesce(bool_or(class = 'folic_acid' and is_active), false) as is_on_folic_acid,
    min(start_on) filter (class = 'folic_acid' and is_active) as folic_acid_since
from judged
group by patient_id
