-- One row per observation. Its code is LOINC where it has a LOINC code's shape (QALY, DALY and QOLS are Synthea's own); UNITS is as written.
select
    line, patient as patient_id, code,
    case when regexp_full_match(trim(code), '\d{1,7}-\d') then 'LOINC' else 'LOCAL' end as code_system,
    description as name, value, units as unit, 'final' as status, "date" as collected_at
from landing.delivered
