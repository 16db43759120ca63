-- One row per condition. Its code: the source concept, else the standard concept, else the source value as a local code.
-- OMOP's end date is when the condition was over, but an end on the day of the start is that of the visit and is left out.
-- A site whose ends are those of longer visits drops the column in its profile.
select
    line, whole(person_id) as patient_id, whole(condition_occurrence_id) as condition_id,
    omop_codings(source_concept.coding, standard_concept.coding, condition_concept_id, null, coding('LOCAL', condition_source_value, null)) as codings,
    condition_start_date as onset_on, nullif(condition_end_date, condition_start_date) as abated_on
from landing.delivered
left join landing.concept as source_concept on source_concept.concept_id = nullif(whole(condition_source_concept_id), '0')
left join landing.concept as standard_concept on standard_concept.concept_id = nullif(whole(condition_concept_id), '0')
