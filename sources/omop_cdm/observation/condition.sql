-- One row per observation, read as a condition: OMOP keeps diets and the status after surgery here, as the observation itself or
-- as its value. What the protocol does not know is skipped as unmapped_code. Observations have no end.
with named as (
    select
        delivered.*,
        source_concept.vocabulary_id as source_system, source_concept.concept_code as source_code, source_concept.concept_name as source_name,
        standard_concept.vocabulary_id as standard_system, standard_concept.concept_code as standard_code, standard_concept.concept_name as standard_name,
        value_concept.vocabulary_id as value_system, value_concept.concept_code as value_code, value_concept.concept_name as value_name
    from landing.delivered
    left join landing.concept as source_concept on source_concept.concept_id = nullif(whole(observation_source_concept_id), '0')
    left join landing.concept as standard_concept on standard_concept.concept_id = nullif(whole(observation_concept_id), '0')
    left join landing.concept as value_concept on value_concept.concept_id = nullif(whole(value_as_concept_id), '0')
)

select
    line, whole(person_id) as patient_id, 'observation/' || whole(observation_id) as condition_id,
    list_filter([
        coding(value_system, value_code, value_name),
        coding(source_system, source_code, source_name),
        coding(standard_system, standard_code, standard_name),
        case when standard_code is null and whole(observation_concept_id) <> '0' then coding('OMOP', whole(observation_concept_id), null) end,
        coding('LOCAL', observation_source_value, null)
    ], lambda one: one is not null) as codings,
    observation_date as onset_on
from named
