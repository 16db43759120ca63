-- One row per kind of doubt about whose a record is, or which of two is right: how many patients of the population it concerns.
-- identity_conflict: two birth dates or sexes under one id. merge_circle: ids merged in a circle. result_conflict: one result id with two
-- values, and it is unknown which is newer. without_patient_row: no patient row was ever accepted; 0 where no source delivers patient rows.
-- share_contradicting: the same share for the first three kinds, in which records contradict each other, and null for the last.
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
)

select
    kind.kind, count(doubt.patient_id) as patients,
    count(doubt.patient_id) / nullif(total.patients, 0) as share,
    case when kind.kind <> 'without_patient_row' then share end as share_contradicting
from kind
cross join (select count(*) as patients from clinical.population) as total
left join doubt on doubt.kind = kind.kind
group by kind.kind, total.patients
