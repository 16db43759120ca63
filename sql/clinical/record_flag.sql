-- One row per delivered medication, condition or procedure and flag that it raised.
-- Source: the flags marked 'evidence' in the protocol file; protocol §1. BY_NAME, END_ASSUMED and P_CAB: of B12 therapy, and of the eras of a
-- fact that are recent. A line of a declared fact may name a flag, which its records raise beside a stronger answer too. B12_IN_MULTIVITAMIN and METHOTREXATE: of records that cover the as-of date. SHORT_ILEAL_RESECTION: of the length that was
-- recorded last. Without an end or a date, the flags that ask for it are not raised.
with used as (
    select record.patient_id, record.start_on, record.name, record.file, record.line, record.matched_by = 'name' as is_by_name, record.is_end_assumed,
        record.concept
    from clinical.medication_record as record
    join clinical.medication_era as era
        on era.patient_id = record.patient_id and era.class = record.class and record.start_on between era.start_on and era.end_on
    where (record.is_end_assumed or record.matched_by = 'name' or record.concept = 'p_cab')
        and (record.class = 'b12_therapy' or (era.is_recent and record.class in (select class from protocol.fact_line)))
),

active as (
    select medication_record.* from clinical.medication_record cross join protocol.run
    where class in ('multivitamin', 'methotrexate') and end_on >= run.as_of
),

raised as (
    select patient_id, 'END_BEFORE_START' as flag, start_on as on_day, name as reported, file, line from clinical.medication_record where is_end_before_start
    union all select patient_id, 'DATE_PARTIAL', start_on, name, file, line from clinical.medication_record where is_start_partial
    union all select patient_id, 'STATUS_UNKNOWN', start_on, name, file, line from clinical.counted_medication where status = 'unknown'
    union all select patient_id, 'BY_NAME', start_on, name, file, line from used where is_by_name
    union all select patient_id, 'END_ASSUMED', start_on, name, file, line from used where is_end_assumed
    union all select patient_id, 'P_CAB', start_on, name, file, line from used where concept = 'p_cab'
    union all select patient_id, 'B12_IN_MULTIVITAMIN', start_on, name, file, line from active where class = 'multivitamin'
    union all
    select patient_id, 'METHOTREXATE', start_on, name, file, line
    from active
    semi join (from clinical.declared_fact where folic_acid = 'active') as taking using (patient_id)
    where class = 'methotrexate'
    union all select patient_id, 'END_BEFORE_START', began_on, name, file, line from clinical.finding where is_end_before_start
    union all select patient_id, 'DATE_PARTIAL', null, recorded, file, line from clinical.finding where latest_on > began_on
    union all select patient_id, 'STATUS_UNKNOWN', began_on, coalesce(name, code), file, line from clinical.standing_record where status = 'unknown'
    union all select patient_id, 'PARENT_CODE', began_on, name, file, line from clinical.finding where matched_by = 'parent'
    union all
    select patient_id, 'VEGETARIAN_STRICTNESS_UNKNOWN', began_on, name, file, line
    from clinical.fact_record
    semi join (from clinical.declared_fact where is_strictness_unknown) as vegetarian using (patient_id)
    where fact = 'diet' and answer is not null
    union all
    select patient_id, 'BAND_WEAKER_EVIDENCE', began_on, name, file, line
    from clinical.fact_record
    semi join (from clinical.declared_fact where malabsorption = 'bariatric') as operated using (patient_id)
    where fact = 'malabsorption' and answer = 'bariatric'
    qualify bool_and(starts_with(concept, 'bariatric_band')) over (partition by patient_id)
    union all
    select patient_id, 'SHORT_ILEAL_RESECTION', finding.began_on, printf('%g cm', finding.length_cm), finding.file, finding.line
    from clinical.finding
    join clinical.ileal_length as length using (patient_id)
    where length.is_short and finding.means = 'ileal_resection_length' and finding.began_on = length.measured_on and finding.length_cm = length.length_cm
    union all
    select patient_id, flag, began_on, name, file, line from clinical.fact_record where flag is not null
)

select distinct patient_id, flag, on_day, reported, file, line from raised
