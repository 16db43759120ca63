-- One row per patient and diagnosis, drawn from diagnosis_rate.csv; one that needs another is drawn among those who have it.
-- b12_shift is what it does to the patient's B12, on the log scale.
with drawn as (
    select
        person.n,
        diagnosis_rate.diagnosis,
        diagnosis_rate.needs,
        diagnosis_rate.b12_shift,
        pick(string_split(diagnosis_rate.codes, '|'), u(person.n, diagnosis || ' code')) as code,
        person.gone_ago + 1
        + whole(u(person.n, diagnosis || ' onset') * least(max_days_ago, history - 1)) as onset_ago,
    from person
    join diagnosis_rate
        on person.age between diagnosis_rate.min_age and diagnosis_rate.max_age
        and (diagnosis_rate.sex is null or diagnosis_rate.sex = person.sex)
    where person.archetype is null and u(person.n, diagnosis_rate.diagnosis) < diagnosis_rate.share
)

select *
from drawn
where needs is null
    or exists (select 1 from drawn as needed where needed.n = drawn.n and needed.diagnosis = drawn.needs)
