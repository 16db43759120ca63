-- One row per patient. An empty DEATHDATE is alive: Synthea writes the whole state of a patient.
select
    line, id as patient_id, birthdate as birth_date,
    case upper(gender) when 'M' then 'male' when 'F' then 'female' end as sex,
    coalesce(deathdate, 'false') as deceased_on
from landing.delivered
