-- One row per patient with a recorded length of an ileal resection: the one recorded last, of several on a day the longest.
-- Source: protocol §2. is_short: 20 cm or less, which makes it no ileal resection. began_on: the first day with a length.
with recorded as (
    select patient_id, max(row(began_on, length_cm)) as last, min(began_on) as began_on
    from clinical.finding
    where means = 'ileal_resection_length' and length_cm is not null
    group by patient_id
)

select recorded.patient_id, recorded.last[1] as measured_on, recorded.last[2] as length_cm, recorded.began_on, recorded.last[2] <= setting.resection_cm as is_short
from recorded
cross join protocol.setting
