-- One row per delivered row that raised a flag that comes with the evidence: of results, medications, conditions and procedures.
-- Source: clinical.result_flag and clinical.record_flag, which decide which flags a patient has. Built for one patient at a time. Flags on who the
-- patient is rest on patient rows, which explaining.evidence shows whole.
with result_row as (
    select patient_id, analyte, collected_on as on_day, collected_at, value_reported || coalesce(' ' || unit_reported, '') as reported, file, line, word,
        is_unit_code_disagree
    from clinical.result
),

medication as (
    select coalesce(merged_patient.surviving_id, medication.patient_id) as patient_id, medication_class.class, medication_class.concept,
        medication.start_on as on_day, coalesce(medication.name, medication.code) as reported, medication.file, medication.line, medication.matched_by,
        medication.end_on, medication.days_supply, medication.status, medication.start_latest_on, medication.start_on
    from lake.medication
    join clinical.medication_class using (concepts)
    left join clinical.merged_patient on merged_patient.patient_id = medication.patient_id
    cross join protocol.run
    where medication_class.class in ('metformin', 'acid_suppressant', 'folic_acid', 'b12_therapy', 'methotrexate')
        and medication.status in ('active', 'ended', 'administered', 'unknown') and medication.start_on <= run.as_of
),

finding as (
    select patient_id, began_on as on_day, name as reported, file, line, means, concept, matched_by, latest_on, began_on, is_end_before_start, length_cm
    from clinical.finding
)

select distinct raised.flag, raised.patient_id, raised.on_day, raised.reported, raised.file, raised.line
from (
    select patient_id, 'CENSORED_ACROSS_EDGE' as flag, on_day, reported, file, line from result_row where word is null
    union all
    select result_row.patient_id, 'CONFLICTING_RESULTS', on_day, reported, result_row.file, result_row.line
    from result_row join clinical.latest_result as latest using (patient_id, analyte, collected_at) where latest.is_conflicting
    union all select patient_id, 'UNIT_CODE_DISAGREE', on_day, reported, file, line from result_row where is_unit_code_disagree
    union all
    select patient_id, 'MMA_WITHIN_LAB_RANGE', collected_on, value_reported || coalesce(' ' || unit_reported, ''), file, line
    from clinical.latest_mma where is_within_lab_range
    union all
    select result_row.patient_id, 'RESULT_AFTER_DEATH', on_day, reported, file, line
    from result_row join clinical.demography using (patient_id) where on_day > died_on
    union all select patient_id, 'BY_NAME', on_day, reported, file, line from medication where matched_by = 'name'
    union all select patient_id, 'END_ASSUMED', on_day, reported, file, line from medication where end_on is null and days_supply is null
    union all select patient_id, 'END_BEFORE_START', on_day, reported, file, line from medication where end_on < start_on
    union all select patient_id, 'DATE_PARTIAL', on_day, reported, file, line from medication where start_latest_on is not null
    union all select patient_id, 'STATUS_UNKNOWN', on_day, reported, file, line from medication where status = 'unknown'
    union all select patient_id, 'STATUS_UNKNOWN', began_on, coalesce(name, code), file, line from clinical.coded_record where status = 'unknown'
    union all select patient_id, 'STATUS_UNKNOWN', collected_on, value_reported, file, line from clinical.delivered_result where status = 'unknown'
    union all select patient_id, 'P_CAB', on_day, reported, file, line from medication where concept = 'p_cab'
    union all select patient_id, 'B12_IN_MULTIVITAMIN', on_day, reported, file, line from medication where concept = 'multivitamin'
    union all select patient_id, 'METHOTREXATE', on_day, reported, file, line from medication where class = 'methotrexate'
    union all select patient_id, 'END_BEFORE_START', on_day, reported, file, line from finding where is_end_before_start
    union all select patient_id, 'DATE_PARTIAL', on_day, reported, file, line from finding where latest_on > began_on
    union all select patient_id, 'PARENT_CODE', on_day, reported, file, line from finding where matched_by = 'parent'
    union all select patient_id, 'VEGETARIAN_STRICTNESS_UNKNOWN', on_day, reported, file, line from finding where concept = 'vegetarian_diet'
    union all select patient_id, 'BAND_WEAKER_EVIDENCE', on_day, reported, file, line from finding where means = 'bariatric_band'
    union all select patient_id, 'SHORT_ILEAL_RESECTION', on_day, length_cm || ' cm', file, line from finding where means = 'ileal_resection_length'
    union all
    select patient_id, case sign when 'diabetic_only' then 'NEUROPATHY_ATTRIBUTED_TO_DIABETES' when 'nonspecific' then 'NEURO_NONSPECIFIC' when 'headache_old' then 'HEADACHE_NOT_RESOLVED' end, began_on, name, file, line
    from clinical.judged_sign
) as raised
semi join clinical.evidence_flag on evidence_flag.patient_id = raised.patient_id and evidence_flag.flag = raised.flag
