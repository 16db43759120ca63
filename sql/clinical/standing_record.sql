-- One row per coded condition or procedure, up to the as-of date, that no other row of its id takes back, with its end.
-- Retracted, refuted and not-done rows are not here; a retraction, a refutation and a not-done take the rows of the same id
-- and code with them (without a code: of every code of the id, unless recorded later). What is not confirmed is here as not_counted.
with delivered as (
    select * from clinical.coded_record
),

retraction as (
    select distinct patient_id, source, entity, id, named from delivered where status in ('retracted', 'refuted') and id is not null and named is not null
),

retraction_of_all as (
    select patient_id, source, entity, id, max(coalesce(recorded_at, timestamptz 'infinity')) as recorded_at
    from delivered
    where status in ('retracted', 'refuted') and id is not null and named is null
    group by all
),

deletion as (
    select distinct source, entity, id from delivered where patient_id is null and id is not null
),

abatement as (
    select patient_id, source, entity, id, named, min(abated_on) as abated_on, bool_or(status = 'abated') as is_abated
    from delivered
    where id is not null and (abated_on is not null or status = 'abated')
    group by all
)

select delivered.* exclude (abated_on, recorded_at), coalesce(abatement.abated_on, delivered.abated_on) as abated_on,
    (coalesce(abatement.abated_on, delivered.abated_on) is null and (coalesce(abatement.is_abated, false) or delivered.status = 'abated'))
        or coalesce(coalesce(abatement.abated_on, delivered.abated_on) <= run.as_of, false) as is_abated
from delivered
cross join protocol.run
anti join retraction
    on retraction.patient_id = delivered.patient_id and retraction.source = delivered.source
    and retraction.entity = delivered.entity and retraction.id = delivered.id and retraction.named = delivered.named
anti join retraction_of_all
    on retraction_of_all.patient_id = delivered.patient_id and retraction_of_all.source = delivered.source
    and retraction_of_all.entity = delivered.entity and retraction_of_all.id = delivered.id
    and coalesce(delivered.recorded_at, timestamptz '-infinity') <= retraction_of_all.recorded_at
anti join deletion on deletion.source = delivered.source and deletion.entity = delivered.entity and deletion.id = delivered.id
left join abatement
    on abatement.patient_id = delivered.patient_id and abatement.source = delivered.source
    and abatement.entity = delivered.entity and abatement.id = delivered.id and abatement.named = delivered.named
where delivered.status in ('counted', 'abated', 'unknown', 'not_counted') and delivered.began_on <= run.as_of
