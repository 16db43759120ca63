-- One row per patient with metformin, an acid suppressant, folic acid, a multivitamin or methotrexate: how long, and since when.
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
    where medication_era.class <> 'b12_therapy'
        and medication_era.end_on >= run.as_of - to_months(setting.era_reaches_months)
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
    min(start_on) filter (class = 'folic_acid' and is_active) as folic_acid_since,
    coalesce(bool_or(class = 'multivitamin' and is_active), false) as is_on_multivitamin,
    coalesce(bool_or(class = 'methotrexate' and is_active), false) as is_on_methotrexate,
    coalesce(bool_or(is_by_name and class in ('metformin', 'acid_suppressant', 'folic_acid')), false) as is_by_name,
    coalesce(bool_or(is_p_cab), false) as is_p_cab,
    coalesce(bool_or(is_end_assumed and class in ('metformin', 'acid_suppressant', 'folic_acid')), false) as is_end_assumed
from judged
group by patient_id
