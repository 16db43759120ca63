-- One row per patient with a patient row: age and whether to screen.
-- Several rows of one patient: the surviving id's own birth date first, the earliest; dead or opted out if any row says so.
with resolved as (
    select
        coalesce(merged_patient.surviving_id, patient.patient_id) as patient_id,
        patient.patient_id as delivered_id,
        patient.birth_on, patient.deceased_on, patient.is_opted_out, patient.site
    from lake.patient
    left join clinical.merged_patient on merged_patient.patient_id = patient.patient_id
)

select
    resolved.patient_id,
    coalesce(min(resolved.birth_on) filter (resolved.delivered_id = resolved.patient_id), min(resolved.birth_on)) as born_on,
    min(resolved.deceased_on) as died_on,
    bool_or(resolved.is_opted_out) as is_opted_out,
    max(resolved.site) as site
from resolved
group by resolved.patient_id
