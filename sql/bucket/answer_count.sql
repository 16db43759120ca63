-- One row per site, dimension of summary.json and name in it: how many patients of a bucket.
-- total: all patients, and those on the worklist. not_evaluated: the fact was never loaded. A patient without a site is under the empty text.
with answer as (
    select
        coalesce(demography.site, '') as site,
        unnest(
            list_filter(
                [
                    row('scope', assessment.scope), row('band', assessment.b12), row('next_step', assessment.next_step), row('rule', assessment.rule),
                    row('priority', cast(assessment.priority as varchar)), row('cause', assessment.cause), row('monitoring', assessment.monitoring),
                    row('total', 'patients'), row('total', case when assessment.priority between 1 and 4 then 'worklist' end),
                    row('not_evaluated', case when assessment.neuro = 'not_loaded' then 'neuro' end),
                    row('not_evaluated', case when assessment.malabsorption = 'not_loaded' then 'malabsorption' end),
                    row('not_evaluated', case when assessment.metformin = 'not_loaded' then 'metformin' end),
                    row('not_evaluated', case when assessment.acid_suppressant = 'not_loaded' then 'acid_suppressant' end),
                    row('not_evaluated', case when assessment.diet = 'not_loaded' then 'diet' end),
                    row('not_evaluated', case when assessment.b12_therapy = 'not_loaded' then 'b12_therapy' end),
                    row('not_evaluated', case when assessment.folic_acid = 'not_loaded' then 'folic_acid' end),
                    row('not_evaluated', case when assessment.pregnancy = 'not_loaded' then 'pregnancy' end)
                ],
                lambda one: one[2] is not null
            )
            || list_transform(assessment.cohorts, lambda one: row('cohort', one))
            || list_transform(assessment.safety, lambda one: row('alert', one))
            || list_transform(assessment.flags, lambda one: row('flag', one))
        ) as answer
    from screening.assessment
    left join clinical.demography on demography.patient_id = assessment.patient_id
)

select site, answer[1] as dimension, answer[2] as name, count(*) as patients
from answer
group by all
