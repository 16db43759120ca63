-- One row per patient: the answer to every question the protocol asks, in its words and nothing else.
-- Numbers are already words here; of a birth known as a year or a month every day must give the same answer. Unknown is an answer: if an entity was never loaded, the answer is not_loaded, never "none".
-- A patient whom the source deleted is out, as one who opted out: the flag PATIENT_DELETED tells them apart.
-- The evidence is in clinical.patient_evidence. Its columns, but for patient_id, are the list of the facts: combinations are told
-- apart by all of them.
select
    population.patient_id,
    case
        when demography.died_on <= run.as_of or demography.is_dead_undated then 'deceased'
        when demography.is_opted_out or demography.is_deleted then 'opted_out'
        when demography.born_on is null then 'age_unknown'
        when demography.born_on > run.as_of - to_years(setting.child_under_years) then 'child'
        when demography.born_latest_on > run.as_of - to_years(setting.child_under_years) then 'age_unknown'
        else 'in_scope'
    end as scope,
    coalesce(latest_b12.b12, 'never') as b12,
    coalesce(latest_b12.neuro_300, 'no') as neuro_300,
    coalesce(last_decided.active_b12, 'never') as active_b12,
    coalesce(latest_mma.mma, 'never') as mma,
    coalesce(neuro_sign.neuro, case when population.is_condition_loaded then 'none' else 'not_loaded' end) as neuro,
    coalesce(malabsorption.malabsorption, case when population.is_condition_loaded then 'none' else 'not_loaded' end) as malabsorption,
    coalesce(malabsorption.resection_length, 'none') as resection_length,
    coalesce(medication_risk.metformin, case when population.is_medication_loaded then 'none' else 'not_loaded' end) as metformin,
    coalesce(medication_risk.acid_suppressant, case when population.is_medication_loaded then 'none' else 'not_loaded' end) as acid_suppressant,
    case when coded_fact.is_strict_vegetarian then 'strict_vegetarian' when population.is_condition_loaded then 'none_known' else 'not_loaded' end as diet,
    coalesce(renal_function.renal, 'unknown') as renal,
    coalesce(b12_therapy.b12_therapy, case when population.is_medication_loaded then 'none' else 'not_loaded' end) as b12_therapy,
    coalesce(b12_therapy.cyanocobalamin, 'no') as cyanocobalamin,
    case when medication_risk.is_on_folic_acid then 'active' when population.is_medication_loaded then 'none' else 'not_loaded' end as folic_acid,
    case when coded_fact.is_pregnant then 'yes' when population.is_condition_loaded then 'no' else 'not_loaded' end as pregnancy,
    case when b12_therapy.therapy_start_on is null then 'never' else coalesce(last_decided.homocysteine, 'never') end as homocysteine,
    coalesce(monitoring.monitoring, 'not_on_therapy') as monitoring,
    case
        when last_decided.tested_on is null then 'never'
        when last_decided.tested_on >= run.as_of - to_months(setting.tested_months) then 'recent'
        else 'longer_ago'
    end as tested,
    case when last_decided.is_cause_tested then 'done' else 'missing' end as cause_tests,
    case when coded_fact.is_deficiency_coded or latest_b12.is_low_before then 'yes' else 'no' end as deficiency_before,
    case when latest_b12.is_late_on_therapy then 'late_on_therapy' else 'other' end as b12_timing,
    case when neuro_sign.last_sign_on > b12_therapy.therapy_start_on + setting.late_on_therapy_days then 'new_on_therapy' else 'other' end as neuro_timing,
    case when setting.never_tested_neuro_is_ordered = 1 then 'yes' else 'no' end as n24_used,
    case when demography.patient_id is null then 'not_loaded' else 'loaded' end as patient_row,
    case when population.is_medication_loaded then 'loaded' when population.is_medication_delivered then 'not_understood' else 'not_loaded' end as medications,
    case when population.is_condition_loaded then 'loaded' when population.is_condition_delivered then 'not_understood' else 'not_loaded' end as conditions
from clinical.population
cross join protocol.run
cross join protocol.setting
left join clinical.demography on demography.patient_id = population.patient_id
left join clinical.latest_b12 on latest_b12.patient_id = population.patient_id
left join clinical.latest_mma on latest_mma.patient_id = population.patient_id
left join clinical.last_decided on last_decided.patient_id = population.patient_id
left join clinical.neuro_sign on neuro_sign.patient_id = population.patient_id
left join clinical.malabsorption on malabsorption.patient_id = population.patient_id
left join clinical.medication_risk on medication_risk.patient_id = population.patient_id
left join clinical.coded_fact on coded_fact.patient_id = population.patient_id
left join clinical.renal_function on renal_function.patient_id = population.patient_id
left join clinical.b12_therapy on b12_therapy.patient_id = population.patient_id
left join clinical.monitoring on monitoring.patient_id = population.patient_id
