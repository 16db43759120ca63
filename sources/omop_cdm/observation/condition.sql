-- One row per observation, read as a condition: OMOP keeps diets and the status after surgery here, as the observation itself or
-- as its value. What the protocol does not know is skipped as unmapped_code. Observations have no end.
select
    line, whole(person_id) as patient_id, 'observation/' || filled(clean_id(observation_id)) as condition_id,
    list_filter([value_concept.coding], lambda one: one is not null)
        || omop_codings(source_concept.coding, standard_concept.coding, observation_concept_id, null, coding('LOCAL', observation_source_value, null)) as codings,
    observation_date as onset_on
from landing.delivered
left join landing.concept as source_concept on source_concept.concept_id = nullif(whole(observation_source_concept_id), '0')
left join landing.concept as standard_concept on standard_concept.concept_id = nullif(whole(observation_concept_id), '0')
left join landing.concept as value_concept on value_concept.concept_id = nullif(whole(value_as_concept_id), '0')
