-- One row per person. The birth as exactly as it can be read: a day, else a month of a year, else the year. Of a birth of which only the year, or year and month, are known no more is said.
-- Death is in another table: nothing is said of it here. Race and ethnicity are told apart, and both said: as the source has them, else by
-- their concepts.
with born as (
    select
        *, try_cast(whole(year_of_birth) as integer) as born_year, try_cast(whole(month_of_birth) as integer) as born_month,
        try_cast(whole(day_of_birth) as integer) as born_day
    from landing.delivered
)

select
    line, whole(person_id) as patient_id,
    coalesce(
        case when to_day(left(birth_datetime, 10), 'UTC') is not null then left(birth_datetime, 10) end,
        cast(try_cast(printf('%04d-%02d-%02d', born_year, born_month, born_day) as date) as varchar),
        case when born_month between 1 and 12 then printf('%04d-%02d', born_year, born_month) end,
        printf('%04d', born_year),
        year_of_birth, birth_datetime
    ) as birth_date,
    case whole(gender_concept_id) when '8507' then 'male' when '8532' then 'female' end as sex,
    whole(care_site_id) as site,
    person_name as name, phone, email, language_source_value as preferred_language, zip as postcode_area, provider_name as registered_clinician,
    nullif(concat_ws(
        ', ', coalesce(race_source_value, race_concept.concept_name), coalesce(ethnicity_source_value, ethnicity_concept.concept_name)
    ), '') as ethnicity
from born
left join landing.concept as race_concept on race_concept.concept_id = nullif(whole(race_concept_id), '0')
left join landing.concept as ethnicity_concept on ethnicity_concept.concept_id = nullif(whole(ethnicity_concept_id), '0')
