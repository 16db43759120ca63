-- One row: of the values of a delivered file, as they were delivered, how many are numbers, how many
-- have a comparator, and how many are neither.
with form as (
    select
        try_cast(with_point(lab_result.value, file.number_marks) as double) is not null
            as is_number,
        regexp_matches(lab_result.value, '^\s*[<>≤≥]') as is_censored
    from landing.lab_result cross join landing.file where lab_result.value is not null
)
select
    count(*) filter (is_number) as numbers, count(*) filter (is_censored) as censored,
    count(*) filter (not is_number and not is_censored) as others
from form
