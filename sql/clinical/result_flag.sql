-- One row per delivered result and flag that it raised.
-- Source: the flags marked 'evidence' in the protocol file; protocol §1. CENSORED_ACROSS_EDGE: a censored result later than the one that
-- counts cannot decide, or none of the patient's results of an analyte can. CONFLICTING_RESULTS: results of one id that disagree, whenever, and those of
-- the instant of the result that counts. UNIT_CODE_DISAGREE, BAND_OF_OTHER_DATE and MMA_WITHIN_LAB_RANGE are of the result that counts. STATUS_UNKNOWN: of a result that is held for it.
with raised as (
    select result.patient_id, 'CENSORED_ACROSS_EDGE' as flag, result.collected_on, result.value_reported, result.unit_reported, result.file, result.line
    from clinical.result
    left join clinical.latest_result as latest using (patient_id, analyte)
    where result.word is null and (latest.patient_id is null or result.collected_at > latest.collected_at)
    union all
    select result.patient_id, 'CONFLICTING_RESULTS', result.collected_on, result.value_reported, result.unit_reported, result.file, result.line
    from clinical.result
    left join (from clinical.latest_result where is_conflicting) as latest using (patient_id, analyte)
    where result.conflicting_id is not null or result.collected_at = latest.collected_at
    union all
    select patient_id, 'UNIT_CODE_DISAGREE', collected_on, value_reported, unit_reported, file, line from clinical.latest_result where is_unit_code_disagree
    union all
    select patient_id, 'BAND_OF_OTHER_DATE', collected_on, value_reported, unit_reported, file, line from clinical.latest_result where is_of_other_date
    union all
    select patient_id, 'MMA_WITHIN_LAB_RANGE', collected_on, value_reported, unit_reported, file, line from clinical.latest_mma where is_within_lab_range
    union all
    select result.patient_id, 'RESULT_AFTER_DEATH', result.collected_on, result.value_reported, result.unit_reported, result.file, result.line
    from clinical.result
    join clinical.demography on demography.patient_id = result.patient_id
    where result.collected_on > demography.died_on
    union all
    select patient_id, 'STATUS_UNKNOWN', collected_on, value_reported, unit_reported, file, line from clinical.result_version where status = 'unknown' and fate = 'held'
)

select distinct patient_id, flag, collected_on as on_day, value_reported || coalesce(' ' || unit_reported, '') as reported, file, line
from raised
