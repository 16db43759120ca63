-- One row per patient: what diagnoses and medicines do to the laboratory values.
-- b12_log_mean gives 2-3 % below 200 and about 18 % in 200-350 pg/mL among those tested and untreated (NHANES).
with
sick as (
    select
        n,
        sum(b12_shift) as b12_shift,
        bool_or(diagnosis = 'pernicious anaemia') as has_pernicious_anaemia,
        bool_or(diagnosis = 'dialysis' or diagnosis = 'chronic kidney disease stage 4') as has_late_kidney_disease,
        bool_or(starts_with(diagnosis, 'chronic kidney disease')) as has_kidney_disease,
    from diagnosis
    group by n
),

treated as (
    select
        n,
        sum(b12_shift) as b12_shift,
        max(start_ago) filter (where starts_with(medicine, 'B12')) as b12_start_ago,
        min(stop_ago) filter (where starts_with(medicine, 'B12')) as b12_stop_ago,
        bool_or(medicine = 'folic acid') as has_folic_acid,
    from course
    group by n
)

select
    person.n,
    6.265 + 0.42 * normal(person.n, 'b12') + coalesce(sick.b12_shift, 0) + coalesce(treated.b12_shift, 0) as b12_log_mean,
    case
        when sick.has_late_kidney_disease then 19 + 4 * normal(person.n, 'egfr')
        when sick.has_kidney_disease then 47 + 7 * normal(person.n, 'egfr')
        else least(128, 112 - 0.45 * greatest(0, person.age - 25) + 9 * normal(person.n, 'egfr'))
    end as egfr_mean,
    coalesce(sick.has_pernicious_anaemia, false) as has_pernicious_anaemia,
    coalesce(treated.has_folic_acid, false) as has_folic_acid,
    treated.b12_start_ago,
    treated.b12_stop_ago,
from person
left join sick on sick.n = person.n
left join treated on treated.n = person.n
