-- One row per delivered lab result: typed, coded, converted into the canonical unit, and judged.
-- Source: protocol §1. Exactly one of these holds: skipped_because, rejected_because, or the row is acceptable.
-- A held row without a value is acceptable and not usable; a retracting row needs a patient and what it names.
-- One that its source deleted (status deleted) needs no patient: it takes back the row of its id.
-- Nothing is guessed: a missing unit, an unknown unit and a wrong-scale unit are three rejections.
with unit_spelling as (
    select spelling.unit as delivered, unit_key(spelling.unit) = '' as is_blank, coalesce(site_alias.unit, unit_alias.unit) as unit
    from (select distinct unit from landing.lab_result where unit is not null) as spelling
    left join landing.local_unit on local_unit.spelling = unit_key(spelling.unit)
    left join protocol.unit_alias as site_alias on site_alias.spelling = unit_key(local_unit.unit)
    left join protocol.unit_alias on unit_alias.spelling = unit_key(spelling.unit)
),

specimen_spelling as (
    select spelling.specimen as delivered, coalesce(specimen.kind, 'other') as kind
    from (select distinct specimen from landing.lab_result where specimen is not null) as spelling
    left join protocol.specimen on specimen.specimen = word_key(spelling.specimen)
),

status_spelling as (
    select spelling.status as delivered, coalesce(status.meaning, 'held') as meaning
    from (select distinct status from landing.lab_result where status is not null) as spelling
    left join protocol.status on status.entity = 'lab_result' and status.status = word_key(spelling.status)
),

coded as (
    select
        lab_result.*, delivered_code.analyte, delivered_code.basis as code_basis, delivered_code.is_loinc,
        delivered_code.is_scientific, analyte.kind, analyte.hard_low, analyte.hard_high,
        analyte.specimen as wanted_specimen, specimen_spelling.kind as specimen_kind,
        coalesce(status_spelling.meaning, 'final') as status_meaning,
        try_cast(with_point(lab_result.value, file.number_marks) as decimal(20, 9)) as plain_number,
        unit_spelling.unit as spelled_unit, coalesce(unit_spelling.is_blank, true) as is_without_unit,
        file.time_zone, file.number_marks, file.today
    from landing.lab_result
    cross join landing.file
    left join staging.delivered_code
        on delivered_code.entity = 'lab_result' and delivered_code.code is not distinct from lab_result.code
        and delivered_code.code_system is not distinct from lab_result.code_system
    left join protocol.analyte on analyte.analyte = delivered_code.analyte
    left join specimen_spelling on specimen_spelling.delivered = lab_result.specimen
    left join status_spelling on status_spelling.delivered = lab_result.status
    left join unit_spelling on unit_spelling.delivered = lab_result.unit
),

-- what is no plain number: a comparator in signs or words before a number, or a word
worded as (
    select
        coded.*,
        case when plain_number is null then lower(trim(value)) end as word,
        case when plain_number is null then
            regexp_replace(regexp_replace(regexp_replace(regexp_replace(with_point(upper(trim(value)), number_marks),
                '^(GREATER THAN OR EQUAL TO|=>|≥)\s*', '>='), '^(LESS THAN OR EQUAL TO|=<|≤)\s*', '<='),
                '^(GREATER THAN|MORE THAN)\s*', '>'), '^LESS THAN\s*', '<')
        end as spelled_value
    from coded
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
        value_word.word is not null as is_word
    from worded
    left join protocol.unit on unit.analyte = worded.analyte and unit.unit = worded.spelled_unit
    left join protocol.value_word on value_word.word = worded.word
    left join protocol.qualitative_word on qualitative_word.word = worded.word
),

converted as (
    select
        *,
        case when number is not null and kind = 'quantity' then found_comparator end as comparator,
        number * factor as exact_value,
        case when analyte = 'mma' then try_cast(try_cast(with_point(reference_low, number_marks) as decimal(20, 9)) * factor as decimal(18, 10)) end as canonical_reference_low,
        case when analyte = 'mma' then try_cast(try_cast(with_point(reference_high, number_marks) as decimal(20, 9)) * factor as decimal(18, 10)) end as canonical_reference_high,
        status_meaning = 'retracted' and (result_id is not null or accession_id is not null) as is_retraction,
        coalesce(word_key(status) = 'deleted' and result_id is not null, false) as is_deleted_record,
        status_meaning in ('held', 'finalised') and (value is null or is_word) as is_without_value
    from measured
)

select
    line, patient_id, result_id, accession_id, analyte, code_system, code, name,
    value as value_reported, unit as unit_reported, canonical_unit_name as unit, comparator,
    try_cast(exact_value as decimal(18, 10)) as value,
    case when kind = 'qualitative' and not is_without_value then
        case when qualitative_meaning is not null then qualitative_meaning
            when regexp_matches(word, '^(negative|neg|non[ -]?reactive|not detected|absent)\b') then 'negative'
            when regexp_matches(word, '^(positive|pos|reactive|detected|abnormal|present)\b') then 'positive'
            when is_flagged then 'positive'
            else 'indeterminate' end
    end as finding,
    case when is_retraction then 'retracted' when status_meaning = 'finalised' and not is_without_value then 'final' else status_meaning end as status,
    specimen, collected_instant as collected_at, collected_on, reported_instant as reported_at,
    canonical_reference_low as reference_low, canonical_reference_high as reference_high,
    performing_lab, comment, place, shifted_days,
    coalesce(code_basis <> '' and unit_basis <> '' and code_basis <> unit_basis, false) as is_unit_code_disagree,
    row_key,
    case
        when patient_id is null or is_scientific then null
        when status_meaning = 'cancelled' then 'cancelled'
        when analyte = 'order_code' then 'order_code'
        when analyte = 'comment' then 'comment'
        when code is not null and analyte is null and is_loinc then 'other_analyte'
        when code is not null and analyte is null and not is_retraction then 'unmapped_code'
    end as skipped_because,
    case
        when patient_id is null and not is_deleted_record then 'missing_patient_id'
        when is_scientific then 'code_in_scientific_notation'
        when skipped_because is not null then null
        when is_retraction and result_id is not null then null
        when code is null then 'missing_code'
        when collected_at is null then 'missing_date'
        when collected_instant is null or (reported_at is not null and reported_instant is null) then 'bad_date'
        when collected_on > today then 'future_date'
        when is_retraction then null
        when analyte = 'whole_blood_b12' then 'wrong_specimen'
        when specimen is not null and wanted_specimen = 'serum_or_plasma' and specimen_kind not in ('serum_or_plasma', 'blood') then 'wrong_specimen'
        when specimen is not null and wanted_specimen = 'any_blood' and specimen_kind not in ('serum_or_plasma', 'blood', 'whole_blood') then 'wrong_specimen'
        when is_without_value then null
        when value is null then 'empty_value'
        when kind = 'qualitative' then case when is_word and qualitative_meaning is null and word not in ('none') then 'pending_or_cancelled_text' end
        when is_word then 'pending_or_cancelled_text'
        when number is null and regexp_matches(spelled_value, '^[<>=]*\s*\d+([.,]\d+)?\s*(-|–|TO|:|/)\s*\d') then 'range_or_ratio'
        when number is null then 'not_a_number'
        when is_without_unit then 'missing_unit'
        when verdict = 'wrong_scale_unit' then 'wrong_scale_unit'
        when verdict is null then 'unknown_unit'
        when exact_value < cast(hard_low as decimal(18, 10)) or exact_value > cast(hard_high as decimal(18, 10)) then 'implausible_value'
        when exact_value < cast(accepted_low as decimal(18, 10)) or exact_value > cast(accepted_high as decimal(18, 10)) then 'implausible_value'
    end as rejected_because
from converted
