-- One row per patient: the answer to every question the protocol asks, in its words and nothing else.
-- Numbers are already words here. Unknown is an answer: if an entity was never loaded, the answer is not_loaded, never "none".
-- The evidence is in clinical.patient_evidence. Its columns, but for patient_id, are the facts: combinations are told apart by all of them. Facts that the pack
-- declares are filled by its lines; one of these columns that it does not declare is not_asked. own_answers: the pack's own facts of which a line holds.
select
    patient_id,
    coalesce(scope.scope, 'age_unknown') as scope,
    coalesce(latest_b12.b12, 'never') as b12,
    coalesce(latest_b12.neuro_300, 'no') as neuro_300,
    case when latest_b12.is_far_above then 'above_500' else 'up_to_500' end as b12_500,
    coalesce(last_decided.active_b12, 'never') as active_b12,
    coalesce(latest_mma.mma, 'never') as mma,
    coalesce(declared_fact.neuro, unfilled_fact.neuro) as neuro,
    coalesce(declared_fact.malabsorption, unfilled_fact.malabsorption) as malabsorption,
    coalesce(declared_fact.absorption_lost, unfilled_fact.absorption_lost) as absorption_lost,
    coalesce(declared_fact.resection_length, unfilled_fact.resection_length) as resection_length,
    coalesce(declared_fact.metformin, unfilled_fact.metformin) as metformin,
    coalesce(declared_fact.acid_suppressant, unfilled_fact.acid_suppressant) as acid_suppressant,
    coalesce(declared_fact.diet, unfilled_fact.diet) as diet,
    coalesce(renal_function.renal, 'unknown') as renal,
    coalesce(b12_therapy.b12_therapy, case when population.is_medication_loaded then 'none' else 'not_loaded' end) as b12_therapy,
    case when loading.is_incomplete then 'incomplete' else 'other' end as loading,
    case when b12_therapy.is_overdue then 'overdue' else 'other' end as b12_supply,
    case when b12_therapy.b12_era_on is null then 'never' when b12_therapy.b12_era_on < run.as_of - to_months(setting.cause_tests_months) then 'long_ago' else 'recently' end as therapy_began,
    coalesce(b12_therapy.cyanocobalamin, 'no') as cyanocobalamin,
    coalesce(declared_fact.folic_acid, unfilled_fact.folic_acid) as folic_acid,
    coalesce(declared_fact.pregnancy, unfilled_fact.pregnancy) as pregnancy,
    case when b12_therapy.therapy_start_on is null then 'never' else coalesce(last_decided.homocysteine, 'never') end as homocysteine,
    coalesce(monitoring.monitoring, 'not_on_therapy') as monitoring,
    case
        when last_decided.tested_on is null then 'never'
        when last_decided.tested_on >= run.as_of - to_months(setting.tested_months) then 'recent'
        else 'longer_ago'
    end as tested,
    case when last_decided.is_cause_tested then 'done' else 'missing' end as cause_tests,
    case when deficiency_before.patient_id is not null or latest_b12.is_low_before then 'yes' else 'no' end as deficiency_before,
    case when latest_b12.is_late_on_therapy then 'late_on_therapy' else 'other' end as b12_timing,
    case when latest_mma.is_late_on_therapy then 'late_on_therapy' else 'other' end as mma_timing,
    case when declared_fact.last_sign_on > b12_therapy.therapy_start_on + setting.late_on_therapy_days then 'new_on_therapy' else 'other' end as neuro_timing,
    case when setting.at_risk_untested_is_ordered = 1 then 'yes' else 'no' end as n23_used,
    case when setting.never_tested_neuro_is_ordered = 1 then 'yes' else 'no' end as n24_used,
    case when scope.patient_id is null then 'not_loaded' when scope.is_deleted then 'deleted' else 'loaded' end as patient_row,
    case when population.is_medication_loaded then 'loaded' when population.is_medication_delivered then 'not_understood' else 'not_loaded' end as medications,
    case when population.is_condition_loaded then 'loaded' when population.is_condition_delivered then 'not_understood' else 'not_loaded' end as conditions,
    coalesce(list_transform(declared_fact.own, lambda each: struct_pack(fact := each.fact, answer := each.answer)), []) as own_answers
from clinical.population
join protocol.unfilled_fact on unfilled_fact.is_condition_loaded = population.is_condition_loaded and unfilled_fact.is_medication_loaded = population.is_medication_loaded
cross join protocol.run
cross join protocol.setting
left join clinical.scope using (patient_id)
left join clinical.latest_b12 using (patient_id)
left join clinical.latest_mma using (patient_id)
left join clinical.last_decided using (patient_id)
left join clinical.declared_fact using (patient_id)
left join clinical.deficiency_before using (patient_id)
left join clinical.renal_function using (patient_id)
left join clinical.b12_therapy using (patient_id)
left join clinical.monitoring using (patient_id)
left join clinical.loading using (patient_id)
