-- One row per patient on B12: the check that is open on the as-of date, if it is not yet done.
-- Source: protocol §2 and §4 (SEED §G). A check opens 30 days before its date and closes when the next one opens; it is done
-- when B12, homocysteine and MMA all have a usable result on or after the day it opened. due_on: the day it fell due.
with last_tested as (
    select
        patient_id,
        max(collected_on) filter (analyte = 'total_b12') as b12_on,
        max(collected_on) filter (analyte = 'homocysteine') as homocysteine_on,
        max(collected_on) filter (analyte = 'mma') as mma_on
    from clinical.result
    group by patient_id
),

opened as (
    select
        b12_therapy.patient_id,
        arg_max(monitoring_check.answer, monitoring_check.months) as answer,
        max(b12_therapy.therapy_start_on + to_months(monitoring_check.months) - to_days(setting.monitoring_window_days)) as opened_on
    from clinical.b12_therapy
    cross join protocol.run
    cross join protocol.setting
    join protocol.monitoring_check
        on b12_therapy.therapy_start_on + to_months(monitoring_check.months) - to_days(setting.monitoring_window_days) <= run.as_of
    where b12_therapy.therapy_start_on is not null
    group by b12_therapy.patient_id
)

select
    b12_therapy.patient_id,
    case
        when opened.patient_id is null then 'not_due'
        when least(last_tested.b12_on, last_tested.homocysteine_on, last_tested.mma_on) >= opened.opened_on
            and last_tested.b12_on is not null and last_tested.homocysteine_on is not null and last_tested.mma_on is not null then 'not_due'
        else opened.answer
    end as monitoring,
    cast(opened.opened_on as date) as due_on
from clinical.b12_therapy
left join opened using (patient_id)
left join last_tested using (patient_id)
where b12_therapy.therapy_start_on is not null
