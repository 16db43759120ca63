-- One row per patient. An empty DEATHDATE is alive: Synthea writes the whole state of a patient.
select
    line, id as patient_id, birthdate as birth_date,
    case upper(gender) when 'M' then 'male' when 'F' then 'female' end as sex,
    coalesce(deathdate, 'false') as deceased_on,
    nullif(concat_ws(' ', prefix, "first", middle, "last", suffix), '') as name, zip as postcode_area,
    nullif(concat_ws(', ', race, ethnicity), '') as ethnicity
from landing.delivered
