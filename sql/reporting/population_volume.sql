-- One row: how many patients there are, against the run published last.
-- Where that one had fewer than 100, there is no ratio: a few who are merged or erased weigh too much.
with before as (
    select patients
    from lake.published_run
    order by run_id desc
    limit 1
)

select
    population.patients,
    before.patients as patients_before,
    case when before.patients >= 100 then round(population.patients / before.patients, 3) end as ratio
from (select count(*) as patients from clinical.population) as population
left join before on true
