-- One row per delivered row and flag that comes with the evidence and that it raised.
-- Source: clinical.result_flag and clinical.record_flag, which decide. Flags on who the patient is rest on all
-- patient rows together, which explaining.evidence shows. Without a delivered name a record has the display of its code.
with raised as (
    from clinical.result_flag
    union all
    from clinical.record_flag
),

displayed as (
    select patient_id, file, line, min(reported) as display
    from (from explaining.medication_evidence union all from explaining.finding_evidence)
    where file is not null
    group by all
)

select raised.patient_id, raised.flag, raised.on_day,
    case when raised.flag in ('DATE_PARTIAL', 'SHORT_ILEAL_RESECTION') then raised.reported else coalesce(displayed.display, raised.reported) end as reported,
    raised.file, raised.line
from raised
semi join explaining.explained_patient on explained_patient.patient_id = raised.patient_id
left join displayed on displayed.patient_id = raised.patient_id and displayed.file = raised.file and displayed.line = raised.line
