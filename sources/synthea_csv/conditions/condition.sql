-- One row per condition. SNOMED CT, unless the newer column SYSTEM says another. A STOP is when it was over.
select
    line, patient as patient_id, code, coalesce(system, 'SNOMEDCT') as code_system, description as name,
    start as onset_on, stop as abated_on, case when stop is null then 'active' else 'resolved' end as status
from landing.delivered
