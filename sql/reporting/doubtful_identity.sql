-- One row per kind of doubt about whose a record is, or which of two is right: how many patients of the population it concerns.
-- The kinds: bucket.doubtful_identity. without_patient_row: no patient row was ever accepted; 0 where no source delivers patient rows.
-- share_contradicting: for the first three kinds, in which records contradict each other, their largest share of a site's patients or of all,
-- where they are three or more; null for the last.
with kind as (
    select unnest(['identity_conflict', 'merge_circle', 'result_conflict', 'without_patient_row']) as kind
),

counted as (
    select kind, is_total, source, site, cast(sum(patients) as bigint) as patients
    from bucket.doubtful_identity
    group by all
),

total as (
    select
        cast(coalesce(sum(patients) filter (kind = 'any'), 0) as bigint) as patients,
        cast(coalesce(sum(patients) filter (kind = 'with_patient_row'), 0) as bigint) as patients_with_row
    from counted
    where is_total
),

doubt as (
    select kind, patients from counted where is_total
    union all
    select 'without_patient_row', patients - patients_with_row from total where patients_with_row > 0
),

spread as (
    select doubt.kind, max(doubt.patients / known.patients) filter (doubt.patients >= 3) as most
    from counted as doubt
    join counted as known
        on known.kind = 'any' and not known.is_total and known.source = doubt.source and known.site is not distinct from doubt.site
    where not doubt.is_total
    group by doubt.kind
)

select
    kind.kind, coalesce(doubt.patients, 0) as patients,
    coalesce(doubt.patients, 0) / nullif(total.patients, 0) as share,
    case when kind.kind <> 'without_patient_row'
        then coalesce(greatest(spread.most, case when doubt.patients >= 3 then doubt.patients / total.patients end), 0) end as share_contradicting
from kind
cross join total
left join doubt on doubt.kind = kind.kind
left join spread on spread.kind = kind.kind
