-- One row per patient id of a bucket: its site, whether the patient opted out, and the id that it is merged into.
-- An id that was merged into another belongs where that patient does, and opts out with them. No site recorded: null.
with placed as (
    select population.patient_id, demography.site, demography.is_opted_out
    from clinical.population
    left join clinical.demography on demography.patient_id = population.patient_id
)

select patient_id, site, is_opted_out, cast(null as varchar) as merged_into from placed
union all
select merged_patient.patient_id, placed.site, placed.is_opted_out, merged_patient.surviving_id
from clinical.merged_patient
join placed on placed.patient_id = merged_patient.surviving_id
order by patient_id
