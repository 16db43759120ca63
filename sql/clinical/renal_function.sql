-- One row per patient with information on kidney function: reduced, possible or normal; a row without a word is unknown.
-- Source: protocol §2 [OURS]. Reduced: coded, or eGFR below 60 twice, 90 days apart, one of them the latest.
with coded as (
    select patient_id, bool_or(means = 'reduced') as is_reduced, bool_or(means = 'possible') as is_possible,
        arg_min(recorded, row(means = 'possible', began_on, recorded)) as first_recorded
    from clinical.finding where fact = 'renal' group by patient_id
),

latest as (
    select patient_id, word, value, value_reported as reported, collected_on from clinical.latest_result where analyte = 'egfr'
),

pair as (
    select latest.patient_id
    from latest
    join clinical.result on result.patient_id = latest.patient_id and result.analyte = 'egfr' and result.word = 'below_60'
    cross join protocol.setting
    where latest.word = 'below_60' and result.collected_on <= latest.collected_on - setting.egfr_pair_days
    group by latest.patient_id
)

select
    patient_id, latest.value as egfr_value, latest.reported as egfr_reported, latest.collected_on as egfr_on, latest.word = 'below_60' as is_egfr_low,
    coded.first_recorded as kidney_recorded,
    case
        when coalesce(coded.is_reduced, false) or pair.patient_id is not null then 'reduced'
        when latest.word = 'below_60' or coalesce(coded.is_possible, false) then 'possible'
        when latest.word = 'at_or_above_60' and latest.collected_on >= run.as_of - to_months(setting.egfr_months) then 'normal'
    end as renal
from coded
full join latest using (patient_id)
left join pair using (patient_id)
cross join protocol.run
cross join protocol.setting
