-- One row per patient whose place on the worklist differs between two runs: new, resolved or changed, and why.
-- Why: each fact whose answer changed, `nothing` where there is no value; beside it what became of the B12 result on which the earlier row
-- rested: rows of the same result id that retract or correct it and that the earlier run had not seen. Of a patient whom only one of the runs
-- has no fact differs: of a new one, the reason of the later row. A patient whose row is the same in everything shown is left out.
-- Where another protocol screened the later run, each row of its population says so first (lake.protocol_change, one row).
with compared as (
    select
        coalesce(assessment_before.patient_id, assessment_after.patient_id) as patient_id,
        assessment_before.priority as priority_before, assessment_after.priority as priority_after,
        assessment_before.next_step as next_step_before, assessment_after.next_step as next_step_after,
        case
            when coalesce(assessment_before.priority, 0) = 0 and assessment_after.priority > 0 then 'new'
            when assessment_before.priority > 0 and coalesce(assessment_after.priority, 0) = 0 then 'resolved'
            when assessment_before.priority > 0 and row(assessment_before.priority, assessment_before.rule, assessment_before.safety, assessment_before.flags, assessment_before.cause)
                is distinct from row(assessment_after.priority, assessment_after.rule, assessment_after.safety, assessment_after.flags, assessment_after.cause)
                then 'changed'
        end as change,
        list_filter(assessment_after.safety, lambda alert: not list_contains(coalesce(assessment_before.safety, []), alert)) as alerts_come,
        list_filter(assessment_before.safety, lambda alert: not list_contains(coalesce(assessment_after.safety, []), alert)) as alerts_gone,
        assessment_after.reason as reason_after
    from lake.assessment_before
    full join lake.assessment_after on assessment_after.patient_id = assessment_before.patient_id
),

answered as (
    select
        patient_id,
        string_agg(fact || ': ' || coalesce(answer_before, 'nothing') || ' → ' || coalesce(answer_after, 'nothing'), '; ' order by fact)
            as answers
    from explaining.fact_difference
    group by patient_id
)

select
    compared.change, compared.patient_id, compared.priority_before, compared.priority_after, compared.next_step_before, compared.next_step_after,
    array_to_string(list_filter([
        case when compared.next_step_after is not null then protocol_change.said end,
        result_act.acts,
        case
            when compared.next_step_after is null then 'no longer in the population'
            when compared.next_step_before is null then 'new in the population: ' || compared.reason_after
        end,
        answered.answers,
        case when len(compared.alerts_come) > 0 then 'alerts added: ' || array_to_string(compared.alerts_come, ', ') end,
        case when len(compared.alerts_gone) > 0 then 'alerts gone: ' || array_to_string(compared.alerts_gone, ', ') end
    ], lambda one: one is not null), '; ') as because
from compared
cross join lake.protocol_change
left join answered on answered.patient_id = compared.patient_id
left join explaining.result_act on result_act.patient_id = compared.patient_id
where compared.change is not null
order by case compared.change when 'new' then 0 when 'changed' then 1 else 2 end, least(compared.priority_before, compared.priority_after), compared.patient_id
