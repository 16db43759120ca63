-- One row per patient whose place on the worklist differs between two runs: new, resolved or changed, and why.
-- Why: each fact whose answer changed, `nothing` where there is no value; beside it what became of the B12 result on which the earlier row
-- rested: rows of the same result id that retract or correct it and that the earlier run had not seen. Of a patient whom only one of the runs
-- has no fact differs: of a new one, the reason of the later row. A patient whose row is the same in everything shown is left out.
with fact_before as (
    select patient_id, fact, answer
    from (
        select patient_id, scope, b12, b12_reported, neuro_300, active_b12, mma, mma_reported, neuro, malabsorption, resection_length, metformin,
            acid_suppressant, diet, renal, b12_therapy, cyanocobalamin, folic_acid, pregnancy, homocysteine, monitoring, tested, cause_tests, deficiency_before
        from lake.assessment_before
    )
    unpivot include nulls (answer for fact in (columns(* exclude (patient_id))))
),

fact_after as (
    select patient_id, fact, answer
    from (
        select patient_id, scope, b12, b12_reported, neuro_300, active_b12, mma, mma_reported, neuro, malabsorption, resection_length, metformin,
            acid_suppressant, diet, renal, b12_therapy, cyanocobalamin, folic_acid, pregnancy, homocysteine, monitoring, tested, cause_tests, deficiency_before
        from lake.assessment_after
    )
    unpivot include nulls (answer for fact in (columns(* exclude (patient_id))))
),

compared as (
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
        assessment_before.b12_source as rested_on, assessment_after.b12_source as rests_on, assessment_after.reason as reason_after
    from lake.assessment_before
    full join lake.assessment_after on assessment_after.patient_id = assessment_before.patient_id
),

answered as (
    select
        fact_before.patient_id,
        string_agg(fact_before.fact || ': ' || coalesce(fact_before.answer, 'nothing') || ' → ' || coalesce(fact_after.answer, 'nothing'), '; '
            order by fact_before.fact) as answers
    from fact_before
    join fact_after on fact_after.patient_id = fact_before.patient_id and fact_after.fact = fact_before.fact
    where fact_before.answer is distinct from fact_after.answer
    group by fact_before.patient_id
),

rested_on as (
    select compared.patient_id, lab_result.source, lab_result.result_id, lab_result.accession_id, lab_result.sha256, lab_result.line
    from compared
    join lake.lab_result on lab_result.analyte = 'total_b12' and lab_result.file || ':' || lab_result.line = compared.rested_on
    left join clinical.merged_patient on merged_patient.patient_id = lab_result.patient_id
    where compared.rested_on is distinct from compared.rests_on
        and compared.patient_id in (lab_result.patient_id, merged_patient.surviving_id)
),

act as (
    select
        rested_on.patient_id,
        string_agg(distinct case lab_result.status when 'retracted' then 'result withdrawn by ' else 'result corrected by ' end
            || lab_result.file || ':' || lab_result.line, '; ') as acts
    from rested_on
    join lake.lab_result
        on lab_result.source = rested_on.source and lab_result.status in ('retracted', 'corrected')
        and (lab_result.result_id = rested_on.result_id
            or (lab_result.accession_id = rested_on.accession_id and coalesce(lab_result.analyte, 'total_b12') = 'total_b12'))
        and lab_result.sha256 not in (select sha256 from lake.delivery_before)
    left join clinical.merged_patient on merged_patient.patient_id = lab_result.patient_id
    where lab_result.patient_id is null or rested_on.patient_id in (lab_result.patient_id, merged_patient.surviving_id)
    group by rested_on.patient_id
)

select
    compared.change, compared.patient_id, compared.priority_before, compared.priority_after, compared.next_step_before, compared.next_step_after,
    array_to_string(list_filter([
        act.acts,
        case
            when compared.next_step_after is null then 'no longer in the population'
            when compared.next_step_before is null then 'new in the population: ' || compared.reason_after
        end,
        answered.answers,
        case when len(compared.alerts_come) > 0 then 'alerts added: ' || array_to_string(compared.alerts_come, ', ') end,
        case when len(compared.alerts_gone) > 0 then 'alerts gone: ' || array_to_string(compared.alerts_gone, ', ') end
    ], lambda one: one is not null), '; ') as because
from compared
left join answered on answered.patient_id = compared.patient_id
left join act on act.patient_id = compared.patient_id
where compared.change is not null
order by case compared.change when 'new' then 0 when 'changed' then 1 else 2 end, least(compared.priority_before, compared.priority_after), compared.patient_id
