-- One row per patient with a neurological sign or headache on file that does not count: the last one, and why not.
-- Source: protocol §4, Reasons in full. A sign that counts has no row here.
with unrelated as (
    select patient_id, max(began_on) as noted_on from clinical.finding where means = 'headache_unrelated' group by patient_id
),

sign as (
    select
        finding.patient_id, finding.began_on, finding.name,
        case
            when finding.means in ('headache', 'migraine') and finding.latest_on <= unrelated.noted_on
                then 'noted on ' || unrelated.noted_on || ' as unrelated to B12'
            when finding.means = 'migraine' and setting.migraine_is_headache = 0 then 'migraine is not counted as headache here'
            when finding.means in ('headache', 'migraine') and finding.latest_on < run.as_of - setting.headache_days and finding.is_abated
                then 'resolved, and too long ago to count'
            when finding.means in ('definite', 'diabetic_only', 'nonspecific') and finding.is_abated then 'marked as resolved, so it does not count'
        end as reason
    from clinical.finding
    cross join protocol.run
    cross join protocol.setting
    left join unrelated using (patient_id)
    where finding.fact = 'neuro'
)

select patient_id, max_by(name || ' of ' || began_on || ': ' || reason, row(began_on, name, reason)) as sign
from sign
where reason is not null
group by patient_id
