-- One row per patient with a neurological sign or symptom that counts: the first of definite, headache, diabetic_only, nonspecific, headache_old.
-- Source: protocol §3. Weaker signs beside the answer are kept: each raises its flag. last_sign_on, last_sign_recorded: the latest of definite and headache.
with ranked as (
    select *, list_position(['definite', 'headache', 'diabetic_only', 'nonspecific', 'headache_old'], sign) as rank
    from clinical.judged_sign
    where sign is not null
)

select
    patient_id,
    arg_min(sign, rank) as neuro,
    arg_min(began_on, row(rank, began_on)) as neuro_on,
    arg_min(recorded, row(rank, began_on, name, file, line)) as neuro_recorded,
    max(began_on) filter (sign in ('definite', 'headache')) as last_sign_on,
    arg_max(recorded, row(began_on, name, file, line)) filter (sign in ('definite', 'headache')) as last_sign_recorded,
    bool_or(sign = 'diabetic_only') as is_diabetic,
    bool_or(sign = 'nonspecific') as is_nonspecific,
    bool_or(sign = 'headache_old') as is_headache_old
from ranked
group by patient_id
