-- One row per result id and analyte that a source delivered more than once for a patient. An id names one result of one analyte.
-- Results without an ID are left out.
select patient_id, source, result_id, analyte
from clinical.delivered_result
where result_id is not null
group by patient_id, source, result_id, analyte
having count(*) > 1
