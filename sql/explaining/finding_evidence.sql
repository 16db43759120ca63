-- One row per delivered condition or procedure of a patient and concept, and the fact it bears on.
-- The rows of one id and code are one record: taken back once (without a code: of every code), none of them counts. Traps are
-- recognised, but not counted. Two concepts of one row that bear on one fact are one piece of evidence.
with record as (
    select 'condition' as entity, * rename (condition_id as id, onset_on as on_day, abated_on as until_on) from lake.condition
    union all by name
    select 'procedure' as entity, * rename (procedure_id as id, performed_on as on_day) from lake.procedure
),

-- whose: a row that takes another back may name no patient; then it is about everyone whose record has its ID
owned as (
    select explained_id.surviving_id, record.* from record join explaining.explained_id using (patient_id)
),

taking_back as (
    select surviving_id, entity, source, id, record_code(code) as named, status from owned where status in ('retracted', 'refuted') and id is not null
    union all
    select owned.surviving_id, record.entity, record.source, record.id, record_code(record.code), record.status
    from record
    join (select distinct surviving_id, entity, source, id from owned) as owned
        on owned.entity = record.entity and owned.source = record.source and owned.id = record.id
    where record.patient_id is null and record.status in ('retracted', 'refuted')
),

taken_back as (
    select surviving_id, entity, source, id, named, min(status) as status from taking_back group by all
),

finding as (
    select
        owned.surviving_id, owned.patient_id, owned.on_day, coalesce(owned.name, code_name.name, owned.code) as reported,
        concat_ws(' ', owned.code_system, owned.code)
            || case owned.entity when 'condition' then coalesce(', until ' || owned.until_on, '') || coalesce(', by ' || owned.recorded_by, '') else '' end as what,
        coalesce(taken_back.status, whole.status, owned.status) as standing, owned.file, owned.line, owned.shifted_days, owned.concepts, owned.until_on
    from owned
    left join clinical.code_name on code_name.code_system is not distinct from owned.code_system and code_name.code = owned.code and code_name.concepts = owned.concepts
    left join taken_back
        on taken_back.surviving_id = owned.surviving_id and taken_back.entity = owned.entity and taken_back.source = owned.source
        and taken_back.id = owned.id and taken_back.named = record_code(owned.code)
    left join taken_back as whole
        on whole.surviving_id = owned.surviving_id and whole.entity = owned.entity and whole.source = owned.source
        and whole.id = owned.id and whole.named is null
),

bearing as (
    select single.* exclude (concept), concept_fact.fact, string_agg(distinct nullif(concept_fact.wording, ''), ', ') as wording
    from (select * exclude (concepts), unnest(string_split(concepts, '|')) as concept from finding) as single
    join explaining.concept_fact on concept_fact.concept = single.concept
    group by all
)

select
    surviving_id, patient_id, fact, on_day, reported, what || coalesce(', ' || wording, '') as what, standing, file, line, shifted_days,
    patient_id as delivered_patient_id, cast(null as double) as value, until_on
from bearing
