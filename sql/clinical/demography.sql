-- One row per patient with a patient row: age and whether to screen.
-- Several rows of one patient: the surviving id's own birth date first, the earliest. Of death and opting out counts what each
-- source said last, when it was recorded or else when the file came (at one time: dead before alive, out before in); dead or opted out if any source, or any merged id, says so.
with resolved as (
    select
        coalesce(merged_patient.surviving_id, patient.patient_id) as patient_id,
        patient.patient_id as delivered_id, patient.source, coalesce(patient.recorded_at, delivery.received_at) as known_at,
        patient.birth_on, patient.deceased_on, patient.site, patient.is_opted_out,
        coalesce(patient.is_deceased, case when patient.deceased_on is not null then true end) as is_deceased
    from lake.patient
    left join lake.delivery on delivery.source = patient.source and delivery.sha256 = patient.sha256 and delivery.refused is null
    left join clinical.merged_patient on merged_patient.patient_id = patient.patient_id
),

death as (
    select patient_id, is_deceased, deceased_on
    from resolved
    where is_deceased is not null
    qualify row_number() over (partition by delivered_id, source order by known_at desc nulls last, is_deceased desc, deceased_on) = 1
),

opting_out as (
    select patient_id, is_opted_out
    from resolved
    where is_opted_out is not null
    qualify row_number() over (partition by delivered_id, source order by known_at desc nulls last, is_opted_out desc) = 1
),

died as (
    select patient_id, min(deceased_on) as died_on from death where is_deceased group by patient_id
),

opted_out as (
    select distinct patient_id from opting_out where is_opted_out
),

person as (
    select
        patient_id,
        coalesce(min(birth_on) filter (delivered_id = patient_id), min(birth_on)) as born_on,
        max(site) as site
    from resolved
    group by patient_id
)

select person.patient_id, person.born_on, died.died_on, opted_out.patient_id is not null as is_opted_out, person.site
from person
left join died using (patient_id)
left join opted_out using (patient_id)
