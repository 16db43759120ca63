-- One row per event that says who a subject is: birth, gender, death.
-- Several rows of one subject are read together later: birth from one, sex from another.
select
    line, subject_id as patient_id,
    case when code = 'MEDS_BIRTH' then aligned_at end as birth_date,
    case split_part(code, '//', 2) when 'F' then 'female' when 'M' then 'male' end as sex,
    case when code = 'MEDS_DEATH' then aligned_at end as deceased_on,
    cast(null as varchar) as site, cast(null as varchar) as opted_out, cast(null as varchar) as merged_into,
    shifted_days
from landing.event
where code in ('MEDS_BIRTH', 'MEDS_DEATH') or starts_with(code, 'GENDER//')
