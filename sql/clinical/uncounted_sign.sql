-- One row per patient with a neurological sign or headache on file that does not count: the last one, and why not.
-- Source: protocol §4, Reasons in full.
select patient_id, max_by(name || ' of ' || began_on || ': ' || uncounted_because, row(began_on, name, uncounted_because)) as sign
from clinical.judged_sign
where uncounted_because is not null
group by patient_id
