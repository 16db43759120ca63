-- One row per patient with a patient row: age and whether to screen.
-- Several rows of one patient: the surviving id's own birth date first, the most exact, the earliest. born_on and born_latest_on are the
-- first and last day of a birth known as a year or a month. Of death, opting out and deletion counts what each source said last, when it was
-- recorded or else when the file came (at one time: dead before alive, out before in); dead or opted out if any source, or any merged id,
-- says so. A death before the birth is no death; one without a date is one on any day.
-- Two birth dates that exclude each other, or two sexes, under one delivered id are an identity conflict.
with resolved as (
    select
        coalesce(merged_patient.surviving_id, patient.patient_id) as patient_id,
        patient.patient_id as delivered_id, patient.source, coalesce(patient.recorded_at, delivery.received_at) as known_at,
        patient.birth_on, coalesce(patient.birth_latest_on, patient.birth_on) as birth_latest_on, patient.sex, patient.deceased_on,
        coalesce(patient.deceased_latest_on, patient.deceased_on) as deceased_latest_on, patient.site,
        patient.is_opted_out, patient.is_deleted, coalesce(patient.is_deceased, case when patient.deceased_on is not null then true end) as is_deceased
    from lake.patient
    left join lake.delivery on delivery.source = patient.source and delivery.sha256 = patient.sha256 and delivery.refused is null
    left join clinical.merged_patient on merged_patient.patient_id = patient.patient_id
),

person as (
    select
        patient_id,
        arg_min(
            row(birth_on, birth_latest_on), row(delivered_id <> patient_id, birth_latest_on > birth_on, birth_on, birth_latest_on)
        ) filter (birth_on is not null) as birth,
        max(site) as site
    from resolved
    group by patient_id
),

identity as (
    select
        patient_id, delivered_id,
        coalesce(max(birth_on) > min(birth_latest_on), false) or count(distinct sex) filter (sex in ('female', 'male', 'other')) > 1
            as is_conflicting
    from resolved
    group by patient_id, delivered_id
),

doubt as (
    select distinct patient_id from identity where is_conflicting
),

death as (
    select
        resolved.patient_id, resolved.is_deceased, resolved.deceased_on,
        coalesce(resolved.is_deceased and resolved.deceased_latest_on < person.birth[1], false) as is_implausible
    from resolved
    join person using (patient_id)
    where resolved.is_deceased is not null
    qualify row_number() over (
        partition by resolved.delivered_id, resolved.source
        order by resolved.known_at desc nulls last, resolved.is_deceased desc, resolved.deceased_on
    ) = 1
),

opting_out as (
    select patient_id, is_opted_out
    from resolved
    where is_opted_out is not null
    qualify row_number() over (partition by delivered_id, source order by known_at desc nulls last, is_opted_out desc) = 1
),

deletion as (
    select patient_id, is_deleted
    from resolved
    where is_deleted is not null
    qualify row_number() over (partition by delivered_id, source order by known_at desc nulls last, is_deleted desc) = 1
),

died as (
    select
        patient_id, min(deceased_on) filter (is_deceased and not is_implausible) as died_on,
        bool_or(is_deceased and not is_implausible and deceased_on is null) as is_dead_undated, bool_or(is_implausible) as is_death_implausible
    from death
    group by patient_id
),

opted_out as (
    select distinct patient_id from opting_out where is_opted_out
),

deleted as (
    select distinct patient_id from deletion where is_deleted
)

select
    person.patient_id, person.birth[1] as born_on, person.birth[2] as born_latest_on, died.died_on, coalesce(died.is_dead_undated, false) as is_dead_undated,
    coalesce(died.is_death_implausible, false) as is_death_implausible, doubt.patient_id is not null as is_identity_conflicting,
    opted_out.patient_id is not null as is_opted_out, deleted.patient_id is not null as is_deleted, person.site
from person
left join died using (patient_id)
left join doubt using (patient_id)
left join opted_out using (patient_id)
left join deleted using (patient_id)
