-- One row per patient with a priority from 1 to 4: most urgent first, then waiting longest (unknown last), then by patient id.
select *
from screening.assessment
where priority between 1 and 4
order by priority, waiting_since nulls last, patient_id
