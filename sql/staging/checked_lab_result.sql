-- One row per delivered lab result: typed, coded, converted into the canonical unit, and judged.
-- Source: protocol §1. Exactly one of these holds: skipped_because, rejected_because, or the row is acceptable.
-- A held row without a value is acceptable and not usable; a retracting row needs a patient and what it names.
-- One that its source deleted (status deleted) needs no patient: it takes back the row of its id.
-- Units are never guessed: missing, unknown and wrong-scale units are separate rejections.
select
    line, patient_id, result_id, accession_id, analyte, code_system, code, name,
    value as value_reported, unit as unit_reported, canonical_unit_name as unit,
    case when number is not null and kind = 'quantity' then found_comparator end as comparator,
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
    converted_low as reference_low, converted_high as reference_high,
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
from staging.measured_lab_result
