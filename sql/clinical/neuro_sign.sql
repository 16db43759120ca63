-- One row per patient with a neurological sign or symptom that counts: the first of definite, headache, diabetic_only, nonspecific, headache_old.
-- Source: protocol §3. Definite, diabetic_only and nonspecific while not abated; a headache that began within 180 days, abated or not (of a month or a year,
-- any day of it), an older one while not abated; a clinician's note removes headaches that began on or before its date, and no later one. Haemoglobin and
-- MCV are not read here. Weaker signs beside the answer are kept: each raises its flag.
with unrelated as (
    select patient_id, max(began_on) as noted_on from clinical.finding where means = 'headache_unrelated' group by patient_id
),

sign as (
    select
        finding.patient_id, finding.began_on, finding.name, finding.file, finding.line,
        case
            when finding.means in ('headache', 'migraine') then
                case
                    when finding.means = 'migraine' and setting.migraine_is_headache = 0 then null
                    when finding.latest_on <= unrelated.noted_on then null
                    when finding.latest_on >= run.as_of - setting.headache_days then 'headache'
                    when not finding.is_abated then 'headache_old'
                end
            when finding.means in ('definite', 'diabetic_only', 'nonspecific') and not finding.is_abated then finding.means
        end as sign
    from clinical.finding
    cross join protocol.run
    cross join protocol.setting
    left join unrelated using (patient_id)
    where finding.fact = 'neuro'
),

ranked as (
    select *, list_position(['definite', 'headache', 'diabetic_only', 'nonspecific', 'headache_old'], sign) as rank
    from sign
    where sign is not null
)

select
    patient_id,
    arg_min(sign, rank) as neuro,
    arg_min(began_on, row(rank, began_on)) as neuro_on,
    arg_min(name, row(rank, began_on, name, file, line)) as neuro_name,
    max(began_on) filter (sign in ('definite', 'headache')) as last_sign_on,
    bool_or(sign = 'diabetic_only') as is_diabetic,
    bool_or(sign = 'nonspecific') as is_nonspecific,
    bool_or(sign = 'headache_old') as is_headache_old
from ranked
group by patient_id
