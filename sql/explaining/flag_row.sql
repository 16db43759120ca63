-- One row per delivered row and flag that comes with the evidence and that it raised.
-- Source: clinical.result_flag and clinical.record_flag, which decide. Built for one patient at a time. Flags on who the patient is rest on all
-- patient rows together, which explaining.evidence shows.
with raised as (
    from clinical.result_flag
    union all
    from clinical.record_flag
)

select raised.patient_id, raised.flag, raised.on_day, raised.reported, raised.file, raised.line
from raised
semi join clinical.population on population.patient_id = raised.patient_id
