-- One row per coded condition or procedure and concept, up to the as-of date.
-- Retracted, refuted, not-done and provisional rows do not count; a retraction, a refutation and a not-done take the rows of the
-- same id with them, a provisional row does not.
with delivered as (
    select * from clinical.coded_record
),

retraction as (
    select distinct patient_id, source, entity, id from delivered where status in ('retracted', 'refuted') and id is not null
),

deletion as (
    select distinct source, entity, id from delivered where patient_id is null and id is not null
),

abatement as (
    select patient_id, source, entity, id, min(abated_on) as abated_on, bool_or(status = 'abated') as is_abated
    from delivered
    where id is not null and (abated_on is not null or status = 'abated')
    group by all
),

counted as (
    select delivered.* exclude (abated_on, status), coalesce(abatement.abated_on, delivered.abated_on) as abated_on,
        (coalesce(abatement.abated_on, delivered.abated_on) is null and (coalesce(abatement.is_abated, false) or delivered.status = 'abated'))
            or coalesce(coalesce(abatement.abated_on, delivered.abated_on) <= run.as_of, false) as is_abated
    from delivered
    cross join protocol.run
    anti join retraction
        on retraction.patient_id = delivered.patient_id and retraction.source = delivered.source
        and retraction.entity = delivered.entity and retraction.id = delivered.id
    anti join deletion on deletion.source = delivered.source and deletion.entity = delivered.entity and deletion.id = delivered.id
    left join abatement
        on abatement.patient_id = delivered.patient_id and abatement.source = delivered.source
        and abatement.entity = delivered.entity and abatement.id = delivered.id
    where delivered.status in ('counted', 'abated') and delivered.began_on <= run.as_of
),

single as (
    select * exclude (concepts), unnest(string_split(concepts, '|')) as concept from counted
)

select single.*, concept.fact, concept.means, concept.wording
from single
join protocol.concept on concept.concept = single.concept
