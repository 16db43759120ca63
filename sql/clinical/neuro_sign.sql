-- One row per patient with a neurological sign that counts: definite, headache, or a diabetic neuropathy alone.
-- Source: protocol §3. Definite while not abated; a headache that began within 180 days, abated or not (of a month or a year, any day of it); a clinician's note
-- removes headaches that began on or before its date, and no later one. Haemoglobin and MCV are not read here.
with unrelated as (
    select patient_id, max(began_on) as noted_on from clinical.finding where means = 'headache_unrelated' group by patient_id
),

sign as (
    select
        finding.patient_id, finding.began_on,
        case
            when finding.means = 'definite' and not finding.is_abated then 'definite'
            when finding.means = 'diabetic_only' and not finding.is_abated then 'diabetic_only'
            when (finding.means = 'headache' or (finding.means = 'migraine' and setting.migraine_is_headache = 1))
                and finding.latest_on >= run.as_of - setting.headache_days
                and (unrelated.noted_on is null or finding.latest_on > unrelated.noted_on) then 'headache'
        end as sign
    from clinical.finding
    cross join protocol.run
    cross join protocol.setting
    left join unrelated using (patient_id)
    where finding.fact = 'neuro'
)

select
    sign.patient_id,
    case when bool_or(sign.sign = 'definite') then 'definite' when bool_or(sign.sign = 'headache') then 'headache' else 'diabetic_only' end as neuro,
    coalesce(
        min(sign.began_on) filter (sign.sign = 'definite'), min(sign.began_on) filter (sign.sign = 'headache'), min(sign.began_on)
    ) as neuro_on,
    max(sign.began_on) filter (sign.sign in ('definite', 'headache')) as last_sign_on
from sign
where sign.sign is not null
group by sign.patient_id
