-- One row per condition. SNOMED CT, unless the newer column SYSTEM says another. A STOP is when it was over; one that is not a date, or
-- lies before the start, does not count.
select
    line, patient as patient_id, code, coalesce(nullif(system, 'http://snomed.info/sct'), 'SNOMEDCT') as code_system, description as name,
    start as onset_on, stop as abated_on, case when to_day(stop, 'UTC') >= to_day(start, 'UTC') then 'resolved' else 'active' end as status
from landing.delivered
