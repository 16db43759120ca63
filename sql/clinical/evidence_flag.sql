-- One row per patient and flag that comes with the evidence, not with the words.
-- Source: the flags marked 'evidence' in the protocol file.
with raised as (
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
    select patient_id, 'DEATH_IMPLAUSIBLE' from clinical.demography where is_death_implausible
    union
    select patient_id, 'IDENTITY_CONFLICT' from clinical.demography where is_identity_conflicting
    union
    select patient_id, 'PATIENT_DELETED' from clinical.demography where is_deleted
    union
    select patient_id, 'MERGE_CIRCLE' from clinical.merge_circle
    union
    select result.patient_id, 'RESULT_AFTER_DEATH'
    from clinical.result
    join clinical.demography on demography.patient_id = result.patient_id
    where result.collected_on > demography.died_on
    union
    select patient_id, 'END_BEFORE_START' from clinical.medication_era where is_end_before_start
    union
    select patient_id, 'END_BEFORE_START' from clinical.finding where is_end_before_start
    union
    select patient_id, 'DATE_PARTIAL' from clinical.medication_era where is_start_partial
    union
    select patient_id, 'DATE_PARTIAL' from clinical.finding where latest_on > began_on
    union
    select patient_id, 'DATE_PARTIAL' from clinical.demography where born_latest_on > born_on
    union
    select patient_id, 'STATUS_UNKNOWN' from clinical.delivered_result where status = 'unknown'
    union
    select patient_id, 'STATUS_UNKNOWN' from clinical.coded_record where status = 'unknown'
    union
    select patient_id, 'STATUS_UNKNOWN' from clinical.counted_medication where status = 'unknown'
    union
    select patient_id, 'BY_NAME' from clinical.medication_risk where is_by_name
    union
    select patient_id, 'BY_NAME' from clinical.medication_era where class = 'b12_therapy' and is_by_name
    union
    select patient_id, 'END_ASSUMED' from clinical.medication_risk where is_end_assumed
    union
    select patient_id, 'END_ASSUMED' from clinical.medication_era where class = 'b12_therapy' and is_end_assumed
    union
    select patient_id, 'P_CAB' from clinical.medication_risk where is_p_cab
    union
    select patient_id, 'B12_IN_MULTIVITAMIN' from clinical.medication_risk where is_on_multivitamin
    union
    select patient_id, 'METHOTREXATE' from clinical.medication_risk where is_on_methotrexate and is_on_folic_acid
    union
    select patient_id, 'PARENT_CODE' from clinical.coded_fact where is_parent_code
    union
    select patient_id, 'VEGETARIAN_STRICTNESS_UNKNOWN' from clinical.coded_fact where is_strict_vegetarian and is_strictness_unknown
    union
    select patient_id, 'BAND_WEAKER_EVIDENCE' from clinical.malabsorption where malabsorption = 'bariatric' and is_band_only
    union
    select finding.patient_id, 'SHORT_ILEAL_RESECTION' from clinical.finding
    cross join protocol.setting
    where finding.means = 'ileal_resection_length' and finding.length_cm <= setting.resection_cm
)

select raised.patient_id, raised.flag
from raised
semi join clinical.population on population.patient_id = raised.patient_id
