-- One row per death.
select line, whole(person_id) as patient_id, coalesce(death_date, 'true') as deceased_on
from landing.delivered
