-- One row per site: the patients of a bucket, those in scope, those on the worklist by priority, those with low B12, and how many of those in
-- scope were tested recently (within the protocol's tested_months).
-- A patient without a site is counted under "(not recorded)".
select
    coalesce(demography.site, '(not recorded)') as site,
    count(*) as patients,
    count(*) filter (assessment.scope = 'in_scope') as in_scope,
    count(*) filter (assessment.priority between 1 and 4) as worklist,
    count(*) filter (assessment.priority = 1) as priority_1,
    count(*) filter (assessment.priority = 2) as priority_2,
    count(*) filter (assessment.priority = 3) as priority_3,
    count(*) filter (assessment.priority = 4) as priority_4,
    count(*) filter (list_contains(assessment.cohorts, 'low_b12')) as low_b12,
    count(*) filter (assessment.scope = 'in_scope' and assessment.tested = 'recent') as tested_recently
from screening.assessment
left join clinical.demography on demography.patient_id = assessment.patient_id
group by coalesce(demography.site, '(not recorded)')
