-- One row per delivered lab result: typed, coded, converted into the canonical unit, and judged.
-- Source: protocol §1. Exactly one of these holds: skipped_because, rejected_because, or the row is acceptable.
-- What is known not to be ours is skipped before anything else of it is judged. A held row without a value is acceptable and not usable.
-- A retracting row needs a patient and what it names; one that withdraws the result of its id (staging.interpreted_lab_result) has no value.
-- One that its source deleted (status deleted) needs no patient: it takes back the row of its id.
-- A time of report or an end of the range that cannot be read is left out and named in `blanked`.
select
    line, patient_id, result_id, accession_id, analyte, code_system, code, name,
    value as value_reported, coalesce(unit, unit_printed) as unit_reported, canonical_unit_name as unit,
    case when number is not null and kind = 'quantity' and not is_withdrawal then found_comparator end as comparator,
    case when not is_withdrawal then try_cast(exact_value as decimal(18, 10)) end as value,
    case when not is_withdrawal then stated_finding end as finding,
    case
        when is_retraction then 'retracted'
        when is_withdrawal then 'withdrawn'
        when status_meaning = 'finalised' and not is_without_value then 'final'
        when status_meaning = 'not_obtained' then 'cancelled'
        else status_meaning
    end as status,
    specimen, collected_instant as collected_at, collected_on, reported_instant as reported_at,
    converted_low as reference_low, converted_high as reference_high,
    performing_lab, method, comment, place, shifted_days,
    coalesce(code_basis <> '' and unit_basis <> '' and code_basis <> unit_basis, false) as is_unit_code_disagree,
    row_key,
    list_filter([
        case when reported_at is not null and reported_instant is null then 'reported_at' end,
        case when analyte in ('total_b12', 'active_b12', 'mma', 'homocysteine') and factor is not null and reference_low is not null and converted_low is null then 'reference_low' end,
        case when analyte in ('total_b12', 'active_b12', 'mma', 'homocysteine') and factor is not null and reference_high is not null and converted_high is null then 'reference_high' end
    ], lambda one: one is not null) as blanked,
    case
        when is_scientific(code) then null
        when analyte = 'order_code' then 'order_code'
        when analyte = 'comment' then 'comment'
        when code is not null and analyte is null and is_loinc then 'other_analyte'
        when code is not null and analyte is null then 'unmapped_code'
        when status_meaning in ('cancelled', 'not_obtained') and patient_id is not null and not is_withdrawal then 'cancelled'
    end as skipped_because,
    case
        when skipped_because is not null then null
        when patient_id is null and not is_deleted_record then 'missing_patient_id'
        when is_scientific(patient_id) or is_scientific(result_id) or is_scientific(accession_id) then 'id_in_scientific_notation'
        when is_scientific(code) then 'code_in_scientific_notation'
        when is_retraction and (result_id is not null or accession_id is not null) then null
        when code is null then 'missing_code'
        when is_withdrawal then null
        when collected_at is null then 'missing_date'
        when collected_instant is null or collected_on is null then 'bad_date'
        when is_future(collected_at, collected_on, time_zone, received_at) then 'future_date'
        when is_retraction then null
        else value_fault
    end as rejected_because
from staging.interpreted_lab_result
