-- One row per patient with a patient row: age and whether to screen.
-- Source: protocol §1, Who and Impossible dates. Several rows of one patient: the surviving id's own birth date first, the most exact, the
-- earliest. born_on and born_latest_on are the first and last day of a birth known as a year or a month. Of death, opting out and deletion
-- counts what each source said last (clinical.last_statement); dead, opted out or deleted if any source, or any merged id, says so. A death
-- before the birth does not count; one without a date is one on any day. Site and sex are the last that a row of the surviving id named, else
-- those of a merged id; a sex that is unknown names none.
-- Two birth dates that exclude each other, or two sexes, under one delivered id are an identity conflict; so they are among ids that were
-- merged into an id of which no patient row was ever delivered: that may be no id at all, but a word for none.
with person as (
    select
        patient_id,
        arg_min(
            row(birth_on, birth_latest_on), row(delivered_id <> patient_id, birth_latest_on > birth_on, birth_on, birth_latest_on)
        ) filter (birth_on is not null) as birth,
        arg_max(site, row(delivered_id = patient_id, coalesce(known_at, '-infinity'::timestamptz), site)) filter (site is not null) as site,
        arg_max(sex, row(delivered_id = patient_id, coalesce(known_at, '-infinity'::timestamptz), sex)) filter (sex <> 'unknown') as sex
    from clinical.delivered_patient
    group by patient_id
),

named as (
    select *, case when bool_or(delivered_id = patient_id) over (partition by patient_id) then delivered_id else patient_id end as named_id
    from clinical.delivered_patient
),

doubt as (
    select distinct patient_id
    from named
    group by patient_id, named_id
    having max(birth_on) > min(birth_latest_on) or count(distinct sex) filter (sex in ('female', 'male', 'other')) > 1
),

statement as (
    select
        last_statement.*,
        coalesce(subject = 'death' and is_so and deceased_latest_on < person.birth[1], false) as is_implausible
    from clinical.last_statement
    join person using (patient_id)
),

said as (
    select
        patient_id,
        min(deceased_on) filter (subject = 'death' and is_so and not is_implausible) as died_on,
        bool_or(subject = 'death' and is_so and not is_implausible and deceased_on is null) as is_dead_undated,
        bool_or(is_implausible) as is_death_implausible,
        bool_or(subject = 'opting_out' and is_so) as is_opted_out,
        bool_or(subject = 'deletion' and is_so) as is_deleted
    from statement
    group by patient_id
)

select
    person.patient_id, person.birth[1] as born_on, person.birth[2] as born_latest_on, said.died_on,
    coalesce(said.is_dead_undated, false) as is_dead_undated, coalesce(said.is_death_implausible, false) as is_death_implausible,
    doubt.patient_id is not null as is_identity_conflicting,
    coalesce(said.is_opted_out, false) as is_opted_out, coalesce(said.is_deleted, false) as is_deleted, person.site, person.sex
from person
left join said using (patient_id)
left join doubt using (patient_id)
