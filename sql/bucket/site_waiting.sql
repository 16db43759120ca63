-- One row per site and number of days: how many patients of a bucket on the worklist have waited that long.
-- Patients without a waiting date are left out. A patient without a site is counted under "(not recorded)".
select
    coalesce(demography.site, '(not recorded)') as site, assessment.as_of - assessment.waiting_since as days, count(*) as patients
from screening.assessment
left join clinical.demography on demography.patient_id = assessment.patient_id
where assessment.priority between 1 and 4 and assessment.waiting_since is not null
group by all
