-- One row: how many patients the run published last assessed, and how many of them are in no row any more.
-- Merged patients count under the remaining ID. With fewer than patients_gone_needed patients, no share is computed.
select
    count(*) as patients_before,
    count(*) filter (population.patient_id is null) as patients_gone,
    case when count(*) >= any_value(quality_setting.patients_gone_needed) then round(count(*) filter (population.patient_id is null) / count(*), 3) end as share_gone
from lake.published_patient
left join clinical.merged_patient on merged_patient.patient_id = published_patient.patient_id
cross join protocol.quality_setting
left join clinical.population on population.patient_id = coalesce(merged_patient.surviving_id, published_patient.patient_id)
