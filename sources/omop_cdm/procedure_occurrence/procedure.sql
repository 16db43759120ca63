-- One row per procedure. Its code: the source concept, else the standard concept, else the source value as a local code.
select
    line, whole(person_id) as patient_id, whole(procedure_occurrence_id) as procedure_id,
    omop_codings(source_concept.coding, standard_concept.coding, procedure_concept_id, null, coding('LOCAL', procedure_source_value, null)) as codings,
    procedure_date as performed_on
from landing.delivered
left join landing.concept as source_concept on source_concept.concept_id = nullif(whole(procedure_source_concept_id), '0')
left join landing.concept as standard_concept on standard_concept.concept_id = nullif(whole(procedure_concept_id), '0')
