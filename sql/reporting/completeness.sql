-- One row per source, entity and column that matters: how many of the accepted rows in force have it filled, and what share.
-- An answer of "unknown" (sex, route, specimen) is not filled. Retractions are left out: they only name a row.
with filled as (
    select
        source, 'patient' as entity, count(*) as rows,
        ['birth_on', 'sex', 'site'] as names,
        [count(birth_on), count(nullif(sex, 'unknown')), count(site)] as counts
    from lake.patient
    group by source
    union all
    select
        source, 'lab_result', count(*),
        ['unit', 'collected_at', 'reported_at', 'performing_lab', 'accession_id', 'result_id', 'specimen'],
        [
            count(unit_reported), count(collected_at), count(reported_at), count(performing_lab), count(accession_id), count(result_id),
            count(nullif(specimen, 'unknown')),
        ]
    from lake.lab_result
    where status not in ('retracted', 'withdrawn')
    group by source
    union all
    select
        source, 'medication', count(*),
        ['start_on', 'end_on or days_supply', 'route', 'strength_mg'],
        [count(start_on), count(coalesce(end_on, start_on + days_supply)), count(nullif(route, 'unknown')), count(strength_mg)]
    from lake.medication
    where status <> 'retracted'
    group by source
    union all
    select source, 'condition', count(*), ['onset_on', 'condition_id'], [count(onset_on), count(condition_id)]
    from lake.condition
    where status <> 'retracted'
    group by source
    union all
    select source, 'procedure', count(*), ['performed_on'], [count(performed_on)]
    from lake.procedure
    where status <> 'retracted'
    group by source
),

spread as (
    select source, entity, rows, unnest(names) as column_name, unnest(counts) as filled
    from filled
)

select source, entity, column_name, rows, filled, round(filled / rows, 4) as share
from spread
