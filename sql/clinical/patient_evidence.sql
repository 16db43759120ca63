-- One row per patient: the values and days on which its facts rest, and its site. Values not on file are null.
-- Values are in the canonical unit of their analyte; b12_reported and mma_reported are what the laboratory printed, with its unit. An MMA that
-- is too old to count is in last_mma_reported and last_mma_on alone.
select
    patient_id,
    latest_b12.value as b12_value,
    latest_b12.value_reported || ' ' || coalesce(latest_b12.unit_reported, '') as b12_reported,
    latest_b12.collected_on as b12_on, latest_b12.file || ':' || latest_b12.line as b12_source,
    latest_b12.local_band_id as b12_local_band_id, latest_mma.local_band_id as mma_local_band_id, last_decided.active_b12_local_band_id,
    latest_b12.low_before_on, latest_b12.low_before_reported,
    last_decided.active_b12_value, last_decided.active_b12_reported, last_decided.active_b12_on, last_decided.active_b12_band, last_decided.tested_on,
    case when latest_mma.mma <> 'never' then latest_mma.value end as mma_value,
    case when latest_mma.mma <> 'never' then latest_mma.value_reported || ' ' || coalesce(latest_mma.unit_reported, '') end as mma_reported,
    case when latest_mma.mma <> 'never' then latest_mma.collected_on end as mma_on,
    latest_mma.value_reported || coalesce(' ' || latest_mma.unit_reported, '') as last_mma_reported, latest_mma.collected_on as last_mma_on,
    latest_mma.band as last_mma_band,
    undecided_result.undecided_b12, undecided_result.undecided_active_b12, undecided_result.undecided_mma,
    declared_fact.neuro_on, declared_fact.neuro_recorded, declared_fact.last_sign_on, declared_fact.last_sign_recorded, uncounted_diagnosis.uncounted_sign, uncounted_diagnosis.uncounted_malabsorption,
    declared_fact.malabsorption_on, declared_fact.malabsorption_recorded,
    declared_fact.absorption_lost_on, declared_fact.absorption_lost_recorded,
    declared_fact.metformin_since, declared_fact.acid_suppressant_since, declared_fact.folic_acid_since,
    declared_fact.diet_on, declared_fact.is_strictness_unknown, deficiency_before.deficiency_on, deficiency_before.deficiency_recorded, declared_fact.diet_began,
    renal_function.egfr_value, renal_function.egfr_reported, renal_function.egfr_on, renal_function.is_egfr_low, renal_function.kidney_recorded,
    b12_therapy.therapy_start_on, b12_therapy.b12_era_on, b12_therapy.last_covered_on, loading.injection_days, monitoring.due_on,
    last_decided.homocysteine_value, last_decided.homocysteine_reported, last_decided.homocysteine_on, demography.site,
    declared_fact.own, declared_fact.said
from clinical.population
left join clinical.demography using (patient_id)
left join clinical.latest_b12 using (patient_id)
left join clinical.latest_mma using (patient_id)
left join clinical.last_decided using (patient_id)
left join clinical.undecided_result using (patient_id)
left join clinical.declared_fact using (patient_id)
left join clinical.uncounted_diagnosis using (patient_id)
left join clinical.deficiency_before using (patient_id)
left join clinical.renal_function using (patient_id)
left join clinical.b12_therapy using (patient_id)
left join clinical.loading using (patient_id)
left join clinical.monitoring using (patient_id)
