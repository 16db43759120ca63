-- One row per condition. Its code: the source concept, else the standard concept, else the source value as a local code.
-- OMOP's end date is when the condition was over, but an end on the day of the start is that of the visit and says nothing.
-- A site whose ends are those of longer visits drops the column in its profile.
with named as (
    select
        delivered.*,
        source_concept.vocabulary_id as source_system, source_concept.concept_code as source_code, source_concept.concept_name as source_name,
        standard_concept.vocabulary_id as standard_system, standard_concept.concept_code as standard_code, standard_concept.concept_name as standard_name
    from landing.delivered
    left join landing.concept as source_concept on source_concept.concept_id = nullif(whole(condition_source_concept_id), '0')
    left join landing.concept as standard_concept on standard_concept.concept_id = nullif(whole(condition_concept_id), '0')
)

select
    line, whole(person_id) as patient_id, whole(condition_occurrence_id) as condition_id,
    list_filter([
        coding(source_system, source_code, source_name),
        coding(standard_system, standard_code, standard_name),
        case when standard_code is null and whole(condition_concept_id) <> '0' then coding('OMOP', whole(condition_concept_id), null) end,
        coding('LOCAL', condition_source_value, null)
    ], lambda one: one is not null) as codings,
    condition_start_date as onset_on, nullif(condition_end_date, condition_start_date) as abated_on
from named
