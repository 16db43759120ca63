-- One row per delivered lab result: what is wrong with its value (value_fault), the finding of a test in words, and whether it withdraws.
-- Source: protocol §1. Units are never guessed: missing, unknown, contradictory and wrong-scale units are separate faults.
-- A held row without a value has no fault. A correction or cancellation without a usable value withdraws the result of its id.
-- A word that says no wins, unless the value says yes as well; a flag overrules no word.
with faulty as (
    select
        *,
        case
            when analyte in ('whole_blood_b12', 'mma_other_specimen', 'homocysteine_other_specimen') then 'wrong_specimen'
            when specimen is not null and wanted_specimen = 'serum_or_plasma' and specimen_kind not in ('serum_or_plasma', 'blood') then 'wrong_specimen'
            when specimen is not null and wanted_specimen = 'any_blood' and specimen_kind not in ('serum_or_plasma', 'blood', 'whole_blood') then 'wrong_specimen'
            when is_without_value then null
            when value is null then 'empty_value'
            when kind = 'qualitative' then case when is_word and qualitative_meaning is null and word not in ('none') then 'pending_or_cancelled_text' end
            when is_word then 'pending_or_cancelled_text'
            when number is null and regexp_matches(upper(with_signs(value)), '^[<>=≤≥]*\s*\d+([.,]\d+)?\s*(-|–|TO|:|/)\s*\d') then 'range_or_ratio'
            when number is null then 'not_a_number'
            when is_unit_contradicted then 'unit_contradiction'
            when is_without_unit then 'missing_unit'
            when verdict = 'wrong_scale_unit' then 'wrong_scale_unit'
            when verdict is null then 'unknown_unit'
            when exact_value < cast(hard_low as decimal(18, 10)) or exact_value > cast(hard_high as decimal(18, 10)) then 'implausible_value'
            when exact_value < cast(accepted_low as decimal(18, 10)) or exact_value > cast(accepted_high as decimal(18, 10)) then 'implausible_value'
        end as value_fault,
        regexp_matches(word, '\b(negative|neg|non[ -]?reactive|not detected|none detected|undetected|not present|absent)\b') as says_no,
        regexp_matches(
            regexp_replace(word, '\b(non[ -]?reactive|not detected|none detected|not present)\b', '', 'g'),
            '\b(positive|pos|reactive|detected|abnormal|present)\b'
        ) as says_yes
    from staging.measured_lab_result
)

select
    *,
    coalesce(
        result_id is not null and kind is not null
        and (status_meaning = 'cancelled' or (status_meaning = 'corrected' and value_fault is not null)),
        false
    ) as is_withdrawal,
    case when kind = 'qualitative' and not is_without_value then
        case
            when says_no and says_yes then 'indeterminate'
            when says_no then 'negative'
            when says_yes or qualitative_meaning = 'positive' or is_flagged then 'positive'
            when number > upper_limit or (number = upper_limit and found_comparator = '>') then
                case when found_comparator in ('<', '<=') then 'indeterminate' else 'positive' end
            when number <= upper_limit then case when found_comparator in ('>', '>=') then 'indeterminate' else 'negative' end
            else coalesce(qualitative_meaning, 'indeterminate')
        end
    end as stated_finding
from faulty
