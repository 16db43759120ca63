-- One row per delivered lab result: its value taken apart into comparator, number or word, and converted; its days read.
-- A comparator in signs or words (GREATER THAN) stands before a number; what is left is a word, or unreadable. A value that is not
-- a number has no value, a day that cannot be read is missing, a unit that its analyte is not measured in has no factor and no verdict.
-- exact_value: in the canonical unit, unrounded. The laboratory's own range is converted for MMA alone, which is compared with it.
with worded as (
    select
        coded_lab_result.*,
        case when plain_number is null then lower(trim(value)) end as word,
        case when plain_number is null then
            regexp_replace(regexp_replace(regexp_replace(regexp_replace(with_point(upper(trim(value)), number_marks),
                '^(GREATER THAN OR EQUAL TO|=>|≥)\s*', '>='), '^(LESS THAN OR EQUAL TO|=<|≤)\s*', '<='),
                '^(GREATER THAN|MORE THAN)\s*', '>'), '^LESS THAN\s*', '<')
        end as spelled_value
    from staging.coded_lab_result
),

measured as (
    select
        worded.*, unit.unit as canonical_unit_name, unit.verdict, unit.basis as unit_basis, unit.accepted_low, unit.accepted_high,
        case when plain_number is not null then '='
            else coalesce(nullif(regexp_extract(spelled_value, '^(<=|>=|<|>)'), ''), '=') end as found_comparator,
        case when plain_number is not null then plain_number
            else try_cast(trim(regexp_replace(spelled_value, '^(<=|>=|<|>)', '')) as decimal(20, 9)) end as number,
        cast(unit.factor as decimal(18, 12)) as factor,
        to_instant(collected_at, time_zone) as collected_instant,
        to_day(collected_at, time_zone) as collected_on,
        to_instant(reported_at, time_zone) as reported_instant,
        qualitative_word.meaning as qualitative_meaning,
        coalesce(word_key(worded.abnormal_flag) in ('a', 'aa', 'h', 'hh', 'pos', 'abnormal', 'positive', 'det'), false) as is_flagged,
        value_word.word is not null as is_word,
        status_meaning = 'retracted' and (result_id is not null or accession_id is not null) as is_retraction,
        coalesce(word_key(status) = 'deleted' and result_id is not null, false) as is_deleted_record,
        status_meaning in ('held', 'finalised') and (value is null or value_word.word is not null) as is_without_value
    from worded
    left join protocol.unit on unit.analyte = worded.analyte and unit.unit = worded.spelled_unit
    left join protocol.value_word on value_word.word = worded.word
    left join protocol.qualitative_word on qualitative_word.word = worded.word
)

select
    *,
    number * factor as exact_value,
    case when analyte = 'mma' then
        try_cast(try_cast(with_point(reference_low, number_marks) as decimal(20, 9)) * factor as decimal(18, 10)) end as converted_low,
    case when analyte = 'mma' then
        try_cast(try_cast(with_point(reference_high, number_marks) as decimal(20, 9)) * factor as decimal(18, 10)) end as converted_high
from measured
