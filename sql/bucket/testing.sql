-- One row per risk group and site: patients of a bucket in scope, how many of them had a usable total or active B12 recently, and how many ever.
-- Risk groups are cohorts of the protocol, and "(everyone)" in scope; a patient in several counts in each. A patient without a site stands
-- under "(not recorded)".
with member as (
    select
        unnest(list_append(assessment.cohorts, '(everyone)')) as risk_group,
        coalesce(demography.site, '(not recorded)') as site,
        assessment.tested
    from screening.assessment
    left join clinical.demography on demography.patient_id = assessment.patient_id
    where assessment.scope = 'in_scope'
)

select
    risk_group, site, count(*) as patients,
    count(*) filter (tested = 'recent') as tested_recently,
    count(*) filter (tested <> 'never') as tested_ever
from member
where risk_group in (
    'metformin_long_term', 'acid_suppressant_long_term', 'post_bariatric', 'other_malabsorption', 'strict_vegetarian', '(everyone)'
)
group by risk_group, site
