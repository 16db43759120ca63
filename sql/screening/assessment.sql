-- One row per patient, even if no further step is due: the decisions, the facts and their evidence.
-- evidence: the sentence of values; a treatment that rests on an old one says to repeat the test first.
with flagged as (
    select evidence_flag.patient_id, list(evidence_flag.flag order by flag.position) as flags
    from clinical.evidence_flag
    join protocol.flag on flag.flag = evidence_flag.flag
    group by evidence_flag.patient_id
),

decided as (
    select patient_fact.*, combination_decision.* exclude (combination), patient_evidence.* exclude (patient_id),
        waiting_since.waiting_since, waiting_since.result_on, evidence_sentence.evidence
    from screening.patient_combination
    join screening.combination_decision using (combination)
    join clinical.patient_fact using (patient_id)
    join clinical.patient_evidence using (patient_id)
    join clinical.evidence_sentence using (patient_id)
    join screening.waiting_since using (patient_id)
)

select
    decided.patient_id, run.as_of, decided.priority, decided.next_step, decided.rule, with_text_values(decided.reason, text_value.text_values) as reason, decided.cites,
    decided.safety, decided.cause, decided.monitoring,
    case when flagged.flags is null then decided.flags else decided.flags || flagged.flags end as flags,
    decided.cohorts, decided.waiting_since,
    decided.scope, decided.b12, cast(decided.b12_value as double) as b12_value,
    case when decided.b12_value is not null then 'pg/mL' end as b12_unit,
    decided.b12_reported, decided.b12_on, decided.b12_source, decided.neuro_300,
    decided.active_b12, cast(decided.active_b12_value as double) as active_b12_value, decided.active_b12_on,
    decided.mma, cast(decided.mma_value as double) as mma_value, decided.mma_reported, decided.mma_on,
    decided.neuro, decided.neuro_on, decided.malabsorption, decided.resection_length,
    decided.metformin, decided.metformin_since, decided.acid_suppressant, decided.acid_suppressant_since,
    decided.diet, decided.renal, cast(decided.egfr_value as double) as egfr_value,
    decided.b12_therapy, decided.therapy_start_on, decided.cyanocobalamin, decided.folic_acid, decided.pregnancy,
    decided.homocysteine, cast(decided.homocysteine_value as double) as homocysteine_value,
    decided.tested, decided.cause_tests, decided.deficiency_before,
    decided.deficient, decided.at_risk, decided.treated, decided.loading, decided.b12_500, decided.symptom_to_test, decided.absorption_lost,
    decided.evidence || case
        when starts_with(decided.next_step, 'TREAT_') and decided.result_on < run.as_of - to_months(setting.repeat_first_months)
            then '; repeat first: the deciding value is old' else '' end as evidence
from decided
cross join protocol.run
cross join protocol.setting
left join flagged on flagged.patient_id = decided.patient_id
left join clinical.text_value on text_value.patient_id = decided.patient_id
