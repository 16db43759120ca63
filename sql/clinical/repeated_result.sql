-- One row per result id that a source delivered more than once for a patient. Results without an ID are left out.
select patient_id, source, result_id
from clinical.delivered_result
where result_id is not null
group by patient_id, source, result_id
having count(*) > 1
