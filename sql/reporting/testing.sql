-- One row per risk group and site, and one per risk group for all sites: patients in scope, how many of them had a usable total or
-- active B12 recently, and how many ever.
-- Risk groups are cohorts of the protocol, and "(everyone)" in scope; a patient in several counts in each. A patient without a
-- site stands under "(not recorded)"; "(all sites)" is the total.
-- Recently: within the protocol's tested_months, which stand beside it.
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
    risk_group,
    case when grouping(site) = 0 then site else '(all sites)' end as site,
    grouping(site) = 1 as is_total,
    count(*) as patients,
    count(*) filter (tested = 'recent') as tested_recently,
    count(*) filter (tested <> 'never') as tested_ever,
    round(count(*) filter (tested = 'recent') / count(*), 4) as share_recently,
    round(count(*) filter (tested <> 'never') / count(*), 4) as share_ever,
    any_value(setting.tested_months) as tested_months
from member
cross join protocol.setting
where risk_group in (
    'metformin_long_term', 'acid_suppressant_long_term', 'post_bariatric', 'other_malabsorption', 'strict_vegetarian', '(everyone)'
)
group by grouping sets ((risk_group, site), (risk_group))
