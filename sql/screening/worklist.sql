-- One row per patient with something to do: most urgent first, then waiting longest (unknown last), then by patient id.
select *
from screening.assessment
where priority between 1 and 4
order by priority, waiting_since nulls last, patient_id
