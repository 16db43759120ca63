-- One row per patient with a usable active B12, homocysteine or any B12: the small facts that rest on lab results alone.
-- Homocysteine counts from the start of the active B12 era (T0) on; active B12 for 24 months, a low one for as long as it is untreated: until B12
-- was given for 180 days since. An indeterminate antibody does not count as a test for the cause.
with tested as (
    select patient_id, max(collected_on) as tested_on
    from clinical.result
    where analyte in ('total_b12', 'active_b12')
    group by patient_id
),

cause_test as (
    select patient_id, count(distinct analyte) = 2 as is_done
    from clinical.latest_result
    where analyte = 'gastrin' or (analyte = 'intrinsic_factor_antibody' and finding in ('positive', 'negative'))
    group by patient_id
),

chosen as (
    select
        latest_result.patient_id,
        max(latest_result.word) filter (
            latest_result.analyte = 'active_b12'
            and (
                latest_result.collected_on >= run.as_of - to_months(setting.active_b12_months)
                or (latest_result.word = 'low' and b12_therapy.therapy_start_on is null and coalesce(treated.days_treated, 0) < setting.raised_until_treated_days)
            )
        ) as active_b12,
        max(latest_result.word) filter (latest_result.analyte = 'active_b12') as active_b12_band,
        max(nullif(latest_result.band_id, 'general')) filter (latest_result.analyte = 'active_b12') as active_b12_local_band_id,
        max(latest_result.value) filter (latest_result.analyte = 'active_b12') as active_b12_value,
        max(latest_result.value_reported || coalesce(' ' || latest_result.unit_reported, '')) filter (latest_result.analyte = 'active_b12') as active_b12_reported,
        max(latest_result.collected_on) filter (latest_result.analyte = 'active_b12') as active_b12_on,
        max(latest_result.word) filter (latest_result.analyte = 'homocysteine' and latest_result.collected_on >= b12_therapy.therapy_start_on) as homocysteine,
        max(latest_result.value) filter (latest_result.analyte = 'homocysteine') as homocysteine_value,
        max(latest_result.value_reported || coalesce(' ' || latest_result.unit_reported, '')) filter (latest_result.analyte = 'homocysteine') as homocysteine_reported,
        max(latest_result.collected_on) filter (latest_result.analyte = 'homocysteine') as homocysteine_on
    from clinical.latest_result
    cross join protocol.run
    cross join protocol.setting
    left join clinical.b12_therapy on b12_therapy.patient_id = latest_result.patient_id
    left join clinical.treated_result as treated on treated.patient_id = latest_result.patient_id and treated.analyte = latest_result.analyte
    where latest_result.analyte in ('active_b12', 'homocysteine')
    group by latest_result.patient_id
)

select
    patient_id, tested.tested_on, coalesce(cause_test.is_done, false) as is_cause_tested,
    chosen.* exclude (patient_id)
from tested
full join cause_test using (patient_id)
full join chosen using (patient_id)
