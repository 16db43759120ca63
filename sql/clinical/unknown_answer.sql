-- One row per patient and declared fact that reads results or persons, of which no line holds though one may: nobody can know. The answer is that for what was not loaded.
-- Source: protocol §2, unknown is never no. A line of results may hold where no source of the patient ever delivered results; one of persons where the sex or the birth is
-- not known, or the birth is known as a year or a month with days on both sides of the age.
with asked as (
    select fact_line.* exclude (answer), declared_fact.not_loaded as answer, run.as_of
    from protocol.fact_line
    join protocol.declared_fact using (fact)
    cross join protocol.run
    where fact_line.is_used and fact_line.kind in ('lab', 'person') and declared_fact.not_loaded is not null
)

select distinct population.patient_id, asked.fact, asked.answer
from asked
cross join clinical.population
left join clinical.demography as person on person.patient_id = population.patient_id
anti join (from clinical.fact_record where answer is not null) as held on held.patient_id = population.patient_id and held.fact = asked.fact
where case asked.kind
        when 'lab' then not population.is_result_loaded
        else
            coalesce(person.born_on <= asked.as_of - to_years(asked.age_from), true)
            and coalesce(person.born_latest_on > asked.as_of - to_years(asked.age_below), true)
            and coalesce(list_contains(asked.sexes, person.sex), true)
    end
