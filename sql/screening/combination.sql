-- One row per distinct combination of the facts in words: patients share few of them, so deciding costs little.
select row_number() over () as combination, *
from (select distinct * exclude (patient_id) from clinical.patient_fact)
