-- One row per fact of a patient and delivered row on which its answer rests.
-- Source: protocol §4, Reasons in full: alerts and flags explain with the row that raised them. An answer that rests on no row, such as none or
-- never, has none. Medications: those that cover the as-of date; of a therapy that ended, its last.
with medication as (
    select record.*, b12_therapy.b12_era_on, record.end_on >= least(run.as_of, b12_therapy.last_covered_on) as is_last,
        record.end_on >= run.as_of as is_active, b12_therapy.cyanocobalamin
    from clinical.medication_record as record
    cross join protocol.run
    left join clinical.b12_therapy using (patient_id)
),

rested as (
    select patient_id, 'b12' as fact, file, line from clinical.latest_b12
    union all select patient_id, 'mma', file, line from clinical.latest_mma
    union all select patient_id, analyte, file, line from clinical.latest_result where analyte in ('active_b12', 'homocysteine')
    union all select patient_id, 'renal', file, line from clinical.latest_result where analyte = 'egfr' and word = 'below_60'
    union all
    select patient_id, fact, record.file, record.line from clinical.fact_record as record join clinical.fact_answer using (patient_id, fact, answer)
    union all
    select sign.patient_id, 'neuro_timing', sign.file, sign.line
    from clinical.fact_record as sign
    join clinical.declared_fact on declared_fact.patient_id = sign.patient_id and declared_fact.last_sign_on = sign.began_on
    where sign.fact = 'neuro' and sign.answer in ('definite', 'headache')
    union all select patient_id, fact, file, line from clinical.finding where fact in ('deficiency_before', 'renal')
    union all select patient_id, 'deficiency_before', low_before_file, low_before_line from clinical.latest_b12
    union all select patient_id, 'deficiency_before', file, line from clinical.latest_b12 where b12 = 'treated_since' and band in ('low', 'uncertain_low')
    union all
    select medication.patient_id, answer.fact, medication.file, medication.line
    from medication
    join protocol.fact_line as line on line.class = medication.class
    join clinical.fact_answer as answer on answer.patient_id = medication.patient_id and answer.fact = line.fact and answer.answer = line.answer
    where case when line.is_active_asked then medication.is_active else medication.start_on >= answer.began_on end
    union all select patient_id, class, file, line from medication where class = 'b12_therapy' and is_last
    union all select patient_id, 'cyanocobalamin', file, line from medication
    where class = 'b12_therapy' and is_last and means = case cyanocobalamin when 'yes' then 'cyanocobalamin' else 'form_unknown' end
    union all
    select patient_id, unnest(['monitoring', 'therapy_began']), file, line from medication where class = 'b12_therapy' and start_on = b12_era_on
    union all
    select patient_id, 'loading', file, line
    from medication
    cross join protocol.setting
    where class = 'b12_therapy' and start_on >= b12_era_on and start_on < b12_era_on + setting.loading_days
)

select distinct patient_id, fact, file, line
from rested
semi join explaining.explained_patient using (patient_id)
where file is not null
