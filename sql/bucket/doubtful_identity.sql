-- One row per kind of doubt about whose a record is, or which of two is right, and source and site: how many patients of a bucket it concerns;
-- and one per kind for all sites (is_total). Kind "any": all patients; with_patient_row: those of whom a patient row was accepted.
-- identity_conflict: two birth dates or sexes under one id. merge_circle: ids merged in a circle. result_conflict: one result id with two
-- values, and it is unknown which is newer.
-- A patient counts at every site that a row names, a row without a site too.
with doubt as (
    select 'any' as kind, patient_id from clinical.population
    union
    select 'identity_conflict', patient_id from clinical.demography where is_identity_conflicting
    union
    select 'merge_circle', patient_id from clinical.merge_circle
    union
    select 'result_conflict', patient_id from clinical.result_version where is_in_conflict and fate = 'usable'
    union
    select 'with_patient_row', patient_id from clinical.demography
)

select kind, true as is_total, null as source, null as site, count(patient_id) as patients
from doubt
group by kind
union all
select doubt.kind, false, place.source, place.site, count(distinct doubt.patient_id)
from doubt
join clinical.delivered_patient as place on place.patient_id = doubt.patient_id
group by doubt.kind, place.source, place.site
