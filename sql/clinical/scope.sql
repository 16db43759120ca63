-- One row per patient with a patient row: whether to screen, and whether the source deleted the patient.
-- Source: protocol §2 scope. Of a birth known as a year or a month every day must give the same answer. A death without a date is one on any day. A
-- patient whom the source deleted is out, as one who opted out.
select
    demography.patient_id, demography.is_deleted,
    case
        when demography.died_on <= run.as_of or demography.is_dead_undated then 'deceased'
        when demography.is_opted_out or demography.is_deleted then 'opted_out'
        when demography.born_on is null then 'age_unknown'
        when demography.born_on > run.as_of - to_years(setting.child_under_years) then 'child'
        when demography.born_latest_on > run.as_of - to_years(setting.child_under_years) then 'age_unknown'
        else 'in_scope'
    end as scope
from clinical.demography
cross join protocol.run
cross join protocol.setting
