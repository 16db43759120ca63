-- One row per patient ever tested: the latest MMA that can decide, and its word: raised (with what the kidney may explain), not raised, or never
-- where it is too old to count.
-- Source: protocol §2. A not-raised one counts for 24 months and not when older than 90 days before the latest B12; a raised one does not
-- expire while untreated, until a newer usable one replaces it, or B12 was given for 180 days since [OURS].
with judged as (
    select
        latest.*, b12_therapy.therapy_start_on, renal_function.renal,
        latest.low > setting.mma_whatever_kidney or (latest.low = setting.mma_whatever_kidney and latest.comparator = '>') as is_far_above,
        latest.word = 'raised' and b12_therapy.therapy_start_on is null
            and coalesce(treated.days_treated, 0) < setting.raised_until_treated_days as is_kept,
        latest.collected_on >= run.as_of - to_months(setting.mma_not_raised_months)
            and (latest_b12.collected_on is null or latest.collected_on >= latest_b12.collected_on - setting.mma_before_b12_days) as is_recent
    from clinical.latest_result as latest
    cross join protocol.run
    cross join protocol.setting
    left join clinical.renal_function on renal_function.patient_id = latest.patient_id
    left join clinical.b12_therapy on b12_therapy.patient_id = latest.patient_id
    left join clinical.latest_b12 on latest_b12.patient_id = latest.patient_id
    left join clinical.treated_result as treated on treated.patient_id = latest.patient_id and treated.analyte = latest.analyte
    where latest.analyte = 'mma'
)

select
    judged.patient_id, judged.value, judged.value_reported, judged.unit_reported, judged.collected_on, judged.file, judged.line,
    judged.word as band, nullif(judged.band_id, 'general') as local_band_id,
    case
        when not (judged.is_kept or judged.is_recent) then 'never'
        when judged.word = 'not_raised' then 'not_raised'
        when judged.is_far_above then 'raised'
        when judged.renal in ('reduced', 'possible') then 'raised_renal'
        when judged.renal is null then 'raised_renal_unknown'
        else 'raised'
    end as mma,
    coalesce(judged.collected_on > judged.therapy_start_on + setting.late_on_therapy_days, false) as is_late_on_therapy,
    (judged.is_kept or judged.is_recent) and judged.word = 'raised' and judged.value <= judged.reference_high as is_within_lab_range
from judged
cross join protocol.setting
