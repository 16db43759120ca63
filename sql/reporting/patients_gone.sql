-- One row: how many patients the run published last assessed, and how many of them are in no row any more.
-- Merged patients count under the remaining ID. With fewer than patients_gone_needed patients, no share is computed.
select
    cast(sum(patients_before) as bigint) as patients_before,
    cast(sum(patients_gone) as bigint) as patients_gone,
    case when sum(patients_before) >= any_value(quality_setting.patients_gone_needed) then round(sum(patients_gone) / sum(patients_before), 3) end as share_gone
from bucket.patients_gone
cross join protocol.quality_setting
