-- One row per finding of a neurological sign, symptom or headache: the sign that it counts as, or why it does not count.
-- Source: protocol §3. Definite, diabetic_only and nonspecific while not abated; a headache that began within 180 days, abated or not (of a month or a year,
-- any day of it), an older one while not abated; a clinician's note removes headaches that began on or before its date, and no later one. Haemoglobin and
-- MCV are not read here.
with unrelated as (
    select patient_id, max(began_on) as noted_on, arg_max(beginning(began_on, latest_on), row(began_on, latest_on)) as noted from clinical.finding where means = 'headache_unrelated' group by patient_id
),

judged as (
    select
        finding.patient_id, finding.began_on, finding.name, finding.recorded, finding.file, finding.line, finding.means,
        case
            when finding.means in ('headache', 'migraine') then
                case
                    when finding.means = 'migraine' and setting.migraine_is_headache = 0 then 'migraine is not counted as headache here'
                    when finding.latest_on <= unrelated.noted_on then 'noted ' || unrelated.noted || ' as unrelated to B12'
                    when finding.latest_on < run.as_of - setting.headache_days and finding.is_abated then 'resolved, and too long ago to count'
                end
            when finding.is_abated then 'marked as resolved, so it does not count'
        end as uncounted_because,
        finding.latest_on >= run.as_of - setting.headache_days as is_recent
    from clinical.finding
    cross join protocol.run
    cross join protocol.setting
    left join unrelated using (patient_id)
    where finding.fact = 'neuro' and finding.means <> 'headache_unrelated'
)

select
    patient_id, began_on, name, recorded, file, line, uncounted_because,
    case
        when uncounted_because is not null then null
        when means not in ('headache', 'migraine') then means
        when is_recent then 'headache'
        else 'headache_old'
    end as sign
from judged
