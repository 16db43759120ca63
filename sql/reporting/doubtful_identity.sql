-- One row per kind of doubt about whose a record is, or which of two is right: how many patients of the population it concerns.
-- identity_conflict: two birth dates or sexes under one id. merge_circle: ids merged in a circle. result_conflict: one result id with two
-- values, and it is unknown which is newer. without_patient_row: no patient row was ever accepted; 0 where no source delivers patient rows.
-- share_contradicting: for the first three kinds, in which records contradict each other, their largest share of a site's patients or of all,
-- where they are three or more; null for the last.
with kind as (
    select unnest(['identity_conflict', 'merge_circle', 'result_conflict', 'without_patient_row']) as kind
),

doubt as (
    select 'identity_conflict' as kind, patient_id from clinical.demography where is_identity_conflicting
    union
    select 'merge_circle', patient_id from clinical.merge_circle
    union
    select 'result_conflict', patient_id from clinical.result_version where is_in_conflict and fate = 'usable'
    union
    select 'without_patient_row', population.patient_id
    from clinical.population
    anti join clinical.demography on demography.patient_id = population.patient_id
    where (select count(*) from clinical.demography) > 0
),

spread as (
    select doubt.kind, max(doubt.patients / known.patients) filter (doubt.patients >= 3) as most
    from (
        select doubt.kind, place.source, place.site, count(distinct doubt.patient_id) as patients
        from doubt
        join clinical.delivered_patient as place on place.patient_id = doubt.patient_id
        group by all
    ) as doubt
    join (select source, site, count(distinct patient_id) as patients from clinical.delivered_patient group by all) as known
        on known.source = doubt.source and known.site is not distinct from doubt.site
    group by doubt.kind
)

select
    kind.kind, count(doubt.patient_id) as patients,
    count(doubt.patient_id) / nullif(total.patients, 0) as share,
    case when kind.kind <> 'without_patient_row' then coalesce(greatest(spread.most, case when count(doubt.patient_id) >= 3 then share end), 0) end as share_contradicting
from kind
cross join (select count(*) as patients from clinical.population) as total
left join doubt on doubt.kind = kind.kind
left join spread on spread.kind = kind.kind
group by kind.kind, total.patients, spread.most
