-- One row per patient id that a patient row is there for, of any source: the id's own, or that of an id with which it was merged. Since when:
-- the first receipt of such a row.
-- Missing: a patient row without a delivery has no instant; its patient was always known.
with person as (
    select coalesce(merged_patient.surviving_id, patient.patient_id) as patient_id, min(delivery.received_at) as known_at
    from lake.patient
    left join lake.delivery
        on delivery.source = patient.source and delivery.sha256 = patient.sha256 and delivery.refused is null
    left join clinical.merged_patient on merged_patient.patient_id = patient.patient_id
    group by all
)

select patient_id, known_at
from person
union
select merged_patient.patient_id, person.known_at
from clinical.merged_patient
join person on person.patient_id = merged_patient.surviving_id
