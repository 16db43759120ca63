-- One row per patient and flag that comes with the results.
-- Source: the flags marked 'evidence' in the protocol file; protocol §1. CENSORED_ACROSS_EDGE: a censored result later than the one that
-- counts cannot decide, or none of the patient's results of an analyte can.
select patient_id, 'CENSORED_ACROSS_EDGE' as flag from clinical.latest_result where is_later_one_censored
union
select patient_id, 'CENSORED_ACROSS_EDGE' from clinical.result
where word is null
group by patient_id, analyte
having not exists (from clinical.latest_result as latest where latest.patient_id = result.patient_id and latest.analyte = result.analyte)
union
select patient_id, 'CONFLICTING_RESULTS' from clinical.latest_result where is_conflicting
union
select patient_id, 'UNIT_CODE_DISAGREE' from clinical.latest_result where is_unit_code_disagree
union
select patient_id, 'MMA_WITHIN_LAB_RANGE' from clinical.latest_mma where is_within_lab_range
union
select result.patient_id, 'RESULT_AFTER_DEATH'
from clinical.result
join clinical.demography on demography.patient_id = result.patient_id
where result.collected_on > demography.died_on
union
select patient_id, 'STATUS_UNKNOWN' from clinical.delivered_result where status = 'unknown'
