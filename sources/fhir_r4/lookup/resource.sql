-- One row per resource of an entity that is understood, with the number of the patient it points to.
select *
from landing.fhir_owned
where is_understood and fhir_is_read(kind)
