-- One row per patient who is explained: all that their page shows of the lake. What is absent is null.
-- assessment, answers: the rows of screening.assessment and clinical.patient_fact. also_known_as: the patient's other IDs. evidence, flag_rows and
-- deciding: the rows of the relations beside this one, in no order, as sorting lists would take longer than making them. person: as clinical.demography has it; its source is
-- that of the patient row recorded last, of the surviving ID where it has any.
with other_id as (
    select surviving_id as patient_id, list(patient_id order by patient_id) as ids
    from explaining.explained_id where patient_id <> surviving_id group by surviving_id
),

patient_row as (
    select patient_id, arg_max(source, row(delivered_id = patient_id, known_at, source)) as source
    from clinical.delivered_patient
    semi join explaining.explained_patient using (patient_id)
    group by patient_id
),

person as (
    select demography.patient_id, struct_pack(
        born_on := born_on, born_latest_on := born_latest_on, sex := sex, died_on := died_on, is_dead_undated := is_dead_undated,
        site := site, source := patient_row.source
    ) as person
    from clinical.demography
    semi join explaining.explained_patient using (patient_id)
    left join patient_row on patient_row.patient_id = demography.patient_id
),

piece as (
    select surviving_id as patient_id, list(struct_pack(*columns(evidence.* exclude (surviving_id)))) as evidence
    from explaining.evidence
    semi join explaining.explained_patient on explained_patient.patient_id = evidence.surviving_id
    group by surviving_id
),

flag as (
    select patient_id, list(struct_pack(flag := flag, on_day := on_day, reported := reported, file := file, line := line)) as flag_rows
    from explaining.flag_row semi join explaining.explained_patient using (patient_id) group by patient_id
),

fact as (
    select patient_id, list(struct_pack(fact := fact, file := file, line := line)) as deciding
    from explaining.fact_row semi join explaining.explained_patient using (patient_id) group by patient_id
)

select
    explained_patient.patient_id, assessment, patient_fact as answers, coalesce(other_id.ids, []) as also_known_as, person.person,
    coalesce(piece.evidence, []) as evidence, coalesce(flag.flag_rows, []) as flag_rows, coalesce(fact.deciding, []) as deciding,
    coalesce(text_value.text_values, []) as text_values
from explaining.explained_patient
join screening.assessment on assessment.patient_id = explained_patient.patient_id
join clinical.patient_fact on patient_fact.patient_id = explained_patient.patient_id
left join other_id on other_id.patient_id = explained_patient.patient_id
left join person on person.patient_id = explained_patient.patient_id
left join piece on piece.patient_id = explained_patient.patient_id
left join flag on flag.patient_id = explained_patient.patient_id
left join fact on fact.patient_id = explained_patient.patient_id
left join clinical.text_value on text_value.patient_id = explained_patient.patient_id
