-- One row: how many patients the run published last assessed, and how many of them no row names any more.
-- Who was merged goes on under another id. Of fewer than patients_gone_needed there is no share: a few weigh too much.
select
    count(*) as patients_before,
    count(*) filter (population.patient_id is null) as patients_gone,
    case when count(*) >= any_value(quality_setting.patients_gone_needed) then round(count(*) filter (population.patient_id is null) / count(*), 3) end as share_gone
from lake.published_patient
left join clinical.merged_patient on merged_patient.patient_id = published_patient.patient_id
cross join protocol.quality_setting
left join clinical.population on population.patient_id = coalesce(merged_patient.surviving_id, published_patient.patient_id)
