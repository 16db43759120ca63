-- One row per patient: the values and days on which its facts rest, and its site. Values not on file are null.
-- Values are in the canonical unit of their analyte; b12_reported and mma_reported are what the laboratory printed, with its unit.
select
    population.patient_id,
    latest_b12.value as b12_value, latest_b12.comparator as b12_comparator,
    latest_b12.value_reported || ' ' || coalesce(latest_b12.unit_reported, '') as b12_reported,
    latest_b12.collected_on as b12_on, latest_b12.file || ':' || latest_b12.line as b12_source,
    last_decided.active_b12_value, last_decided.active_b12_on,
    latest_mma.value as mma_value, latest_mma.value_reported || ' ' || coalesce(latest_mma.unit_reported, '') as mma_reported,
    latest_mma.collected_on as mma_on, neuro_sign.neuro_on, malabsorption.malabsorption_on,
    medication_risk.metformin_since, medication_risk.acid_suppressant_since, medication_risk.folic_acid_since,
    coded_fact.diet_on, renal_function.egfr_value, b12_therapy.therapy_start_on, b12_therapy.b12_era_on,
    last_decided.homocysteine_value, last_decided.homocysteine_on, demography.site
from clinical.population
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
