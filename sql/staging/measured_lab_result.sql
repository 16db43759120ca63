-- One row per delivered lab result: its value read as a number or a word, and converted; its days read.
-- Source: protocol §1. A comparator in signs or words (GREATER THAN) stands before a number, a known unit and a flag behind it; with anything
-- else beside it a number is not read. A value that is not a number has no value, a day that cannot be read is missing, a unit that its
-- analyte is not measured in has no factor and no verdict. Two known units that are not one quantity contradict each other.
-- exact_value: in the canonical unit, unrounded. The laboratory's own range is read, and converted with the value, for the tests that may decide
-- a row of the worklist, which shows it, and for tests in words.
with measured as (
    select
        parsed.* exclude (is_without_unit), unit.unit as canonical_unit_name, unit.verdict, unit.basis as unit_basis, unit.accepted_low, unit.accepted_high,
        is_without_unit and unit_printed is null and coalesce(cell_unit, '') = '' as is_without_unit,
        coalesce(plain_number, case when is_cell_known then try_cast(digits_only(with_point(parts.number, number_marks)) as decimal(20, 9)) end) as number,
        cast(unit.factor as decimal(18, 12)) as factor,
        coalesce(parsed.spelled_printed_unit <> effective_unit and printed_unit.factor is distinct from unit.factor, false)
            or coalesce(parsed.spelled_cell_unit <> effective_unit and cell_known_unit.factor is distinct from unit.factor, false)
            as is_unit_contradicted,
        to_instant(collected_at, time_zone) as collected_instant,
        to_day(collected_at, time_zone) as collected_on,
        to_instant(reported_at, time_zone) as reported_instant,
        qualitative_word.meaning as qualitative_meaning,
        coalesce(word_key(parsed.abnormal_flag) in ('a', 'aa', 'h', 'hh', 'pos', 'abnormal', 'positive', 'det'), false) as is_flagged,
        value_word.word is not null as is_word,
        coalesce(status_key(status) = 'deleted' and result_id is not null, false) as is_deleted_record,
        status_meaning in ('held', 'unknown', 'finalised') and (value is null or value_word.word is not null) as is_without_value,
        case when kind = 'qualitative' then try_cast(digits_only(with_point(reference_high, number_marks)) as double) end as upper_limit
    from staging.parsed_lab_result as parsed
    left join protocol.unit on unit.analyte = parsed.analyte and unit.unit = parsed.effective_unit
    left join protocol.unit as printed_unit on printed_unit.analyte = parsed.analyte and printed_unit.unit = parsed.spelled_printed_unit
    left join protocol.unit as cell_known_unit on cell_known_unit.analyte = parsed.analyte and cell_known_unit.unit = parsed.spelled_cell_unit
    left join protocol.value_word on value_word.word = parsed.word
    left join protocol.qualitative_word on qualitative_word.word = parsed.word
)

select
    *,
    case when plain_number is not null or number is null then '=' else comparator_sign(parts.comparator) end as found_comparator,
    status_meaning = 'retracted'
        and (result_id is not null or accession_id is not null or (analyte is not null and collected_instant is not null)) as is_retraction,
    number * factor as exact_value,
    case when analyte in ('total_b12', 'active_b12', 'mma', 'homocysteine') then
        try_cast(try_cast(digits_only(with_point(reference_low, number_marks)) as decimal(20, 9)) * factor as decimal(18, 10)) end as converted_low,
    case when analyte in ('total_b12', 'active_b12', 'mma', 'homocysteine') then
        try_cast(try_cast(digits_only(with_point(reference_high, number_marks)) as decimal(20, 9)) * factor as decimal(18, 10)) end as converted_high
from measured
