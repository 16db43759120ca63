-- One row per procedure. SNOMED CT, unless the newer column SYSTEM says another.
select
    line, patient as patient_id, code, coalesce(nullif(system, 'http://snomed.info/sct'), 'SNOMEDCT') as code_system, description as name,
    coalesce(start, "date") as performed_on, 'completed' as status
from landing.delivered
