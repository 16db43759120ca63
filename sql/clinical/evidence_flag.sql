-- One row per patient and flag that comes with the evidence, not with the words.
-- Source: the flags marked 'evidence' in the protocol file. Rows without a patient raise none.
with raised as (
    select patient_id, flag from clinical.result_flag
    union
    select patient_id, flag from clinical.record_flag
    union
    select patient_id, flag from clinical.identity_flag
)

select raised.patient_id, raised.flag
from raised
semi join clinical.population on population.patient_id = raised.patient_id
