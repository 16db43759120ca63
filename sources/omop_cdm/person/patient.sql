-- One row per person. Of a birth of which only the year, or year and month, are known no more is said.
-- Death is in another table: nothing is said of it here.
with born as (
    select
        *, try_cast(whole(year_of_birth) as integer) as born_year, try_cast(whole(month_of_birth) as integer) as born_month,
        try_cast(whole(day_of_birth) as integer) as born_day
    from landing.delivered
)

select
    line, whole(person_id) as patient_id,
    coalesce(
        left(birth_datetime, 10),
        case when born_day is not null then printf('%04d-%02d-%02d', born_year, born_month, born_day) end,
        case when born_month between 1 and 12 then printf('%04d-%02d', born_year, born_month) end,
        printf('%04d', born_year),
        year_of_birth
    ) as birth_date,
    case whole(gender_concept_id) when '8507' then 'male' when '8532' then 'female' end as sex,
    whole(care_site_id) as site
from born
