-- One row per patient with an answer to a declared fact: those to the shared facts side by side, with since when and the record, and those to the pack's own facts
-- as a list. said: what a line of a shared fact says in the evidence, by fact.
-- Source: clinical.fact_answer. last_sign: the latest sign that counts as definite or headache. What no line answers is null.
with sign as (
    select patient_id, max(began_on) as last_sign_on, arg_max(recorded, row(began_on, name, file, line)) as last_sign_recorded
    from clinical.fact_record
    where fact = 'neuro' and answer in ('definite', 'headache')
    group by patient_id
),

diet as (
    select patient_id, bool_and(concept = 'vegetarian_diet' or code = 'vegetarian') as is_strictness_unknown
    from clinical.fact_record
    where fact = 'diet' and answer is not null
    group by patient_id
),

answered as (
    select
        patient_id,
        any_value(answer) filter (fact = 'neuro') as neuro, any_value(began_on) filter (fact = 'neuro') as neuro_on,
        any_value(recorded) filter (fact = 'neuro') as neuro_recorded,
        any_value(answer) filter (fact = 'malabsorption') as malabsorption, any_value(began_on) filter (fact = 'malabsorption') as malabsorption_on,
        any_value(recorded) filter (fact = 'malabsorption') as malabsorption_recorded,
        any_value(answer) filter (fact = 'absorption_lost') as absorption_lost, any_value(began_on) filter (fact = 'absorption_lost') as absorption_lost_on,
        any_value(recorded) filter (fact = 'absorption_lost') as absorption_lost_recorded,
        any_value(answer) filter (fact = 'resection_length') as resection_length,
        any_value(answer) filter (fact = 'metformin') as metformin, any_value(began_on) filter (fact = 'metformin') as metformin_since,
        any_value(answer) filter (fact = 'acid_suppressant') as acid_suppressant, any_value(began_on) filter (fact = 'acid_suppressant') as acid_suppressant_since,
        any_value(answer) filter (fact = 'folic_acid') as folic_acid, any_value(began_on) filter (fact = 'folic_acid') as folic_acid_since,
        any_value(answer) filter (fact = 'diet') as diet, any_value(began_on) filter (fact = 'diet') as diet_on, any_value(began) filter (fact = 'diet') as diet_began,
        any_value(answer) filter (fact = 'pregnancy') as pregnancy,
        map_from_entries(list(row(fact, evidence)) filter (declared_fact.is_shared and evidence is not null)) as said,
        coalesce(
            list(struct_pack(fact := fact, answer := answer, began_on := began_on, recorded := recorded) order by fact) filter (not declared_fact.is_shared), []
        ) as own
    from clinical.fact_answer
    join protocol.declared_fact using (fact)
    group by patient_id
)

select answered.*, sign.* exclude (patient_id), diet.is_strictness_unknown
from answered
left join sign using (patient_id)
left join diet using (patient_id)
