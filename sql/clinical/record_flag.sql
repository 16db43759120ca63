-- One row per patient and flag that comes with medications, conditions and procedures.
-- Source: the flags marked 'evidence' in the protocol file; protocol §1. BY_NAME and END_ASSUMED: of
-- medications that count as a risk or as B12 therapy. Without an end or a date, the flags that ask for it are not raised.
select patient_id, 'END_BEFORE_START' as flag from clinical.medication_era where is_end_before_start
union
select patient_id, 'END_BEFORE_START' from clinical.finding where is_end_before_start
union
select patient_id, 'DATE_PARTIAL' from clinical.medication_era where is_start_partial
union
select patient_id, 'DATE_PARTIAL' from clinical.finding where latest_on > began_on
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
select finding.patient_id, 'SHORT_ILEAL_RESECTION'
from clinical.finding
cross join protocol.setting
where finding.means = 'ileal_resection_length' and finding.length_cm is not null
group by finding.patient_id
having arg_max(finding.length_cm, row(finding.began_on, finding.length_cm)) <= any_value(setting.resection_cm)
union
select patient_id, 'NEUROPATHY_ATTRIBUTED_TO_DIABETES' from clinical.neuro_sign where is_diabetic
union
select patient_id, 'NEURO_NONSPECIFIC' from clinical.neuro_sign where is_nonspecific
union
select patient_id, 'HEADACHE_NOT_RESOLVED' from clinical.neuro_sign where is_headache_old
