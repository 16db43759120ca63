-- One row per patient ever tested: the most recent usable total B12 and its word.
-- Source: protocol §2. The first that applies: treated_since (B12 was given for 180 days since, and has stopped), on_treatment (above,
-- borderline and uncertain, sampled during a B12 era or within 120 days after), stale_borderline (older than 24 months, without a usable MMA
-- from 90 days before it on and without B12 after it), stale (older than 24 months, except low ones while untreated), the band.
with earlier_low as (
    select result.patient_id, max(row(result.collected_on, result.value_reported || coalesce(' ' || result.unit_reported, ''), result.file, result.line)) as low_before
    from clinical.result
    join clinical.latest_result as latest on latest.patient_id = result.patient_id and latest.analyte = 'total_b12'
    where result.analyte = 'total_b12' and result.word in ('low', 'uncertain_low') and result.collected_at < latest.collected_at
    group by result.patient_id
),

judged as (
    select
        latest.*, mma.collected_on as mma_on, b12_therapy.therapy_start_on, b12_therapy.b12_therapy,
        earlier_low.low_before,
        treated.days_treated, coalesce(treated.is_on_treatment, false) as is_on_treatment, coalesce(treated.is_treated_later, false) as is_treated_later
    from clinical.latest_result as latest
    left join clinical.latest_result as mma on mma.patient_id = latest.patient_id and mma.analyte = 'mma'
    left join clinical.b12_therapy on b12_therapy.patient_id = latest.patient_id
    left join clinical.treated_result as treated on treated.patient_id = latest.patient_id and treated.analyte = latest.analyte
    left join earlier_low on earlier_low.patient_id = latest.patient_id
    where latest.analyte = 'total_b12'
),

worded as (
    select judged.*,
        case
            when judged.b12_therapy = 'lapsed' and judged.days_treated >= setting.treated_since_days then 'treated_since'
            when judged.word in ('above', 'borderline', 'uncertain') and judged.is_on_treatment then 'on_treatment'
            when judged.word in ('borderline', 'uncertain') and judged.collected_on < run.as_of - to_months(setting.stale_borderline_months)
                and not coalesce(judged.mma_on >= judged.collected_on - setting.mma_before_b12_days, false) and not judged.is_treated_later
                then 'stale_borderline'
            when judged.collected_on < run.as_of - to_months(setting.stale_after_months)
                and not (judged.word in ('low', 'low_molar_only', 'uncertain_low') and judged.therapy_start_on is null) then 'stale'
            else judged.word
        end as b12,
        case when judged.low is null or judged.low < neuro_300.high then 'yes' else 'no' end as neuro_300,
        coalesce(judged.low > setting.consider_mma_up_to or (judged.low = setting.consider_mma_up_to and judged.comparator = '>'), false) as is_far_above,
        coalesce(judged.collected_on > judged.therapy_start_on + setting.late_on_therapy_days, false) as is_late_on_therapy
    from judged
    cross join protocol.run
    cross join protocol.setting
    join (select band_id, high from protocol.band where fact = 'neuro_300' and is_tile and answer = 'yes') as neuro_300
        on neuro_300.band_id = judged.neuro_300_band_id
)

select patient_id, value, comparator, value_reported, unit_reported, collected_on, source, file, line, word as band, nullif(band_id, 'general') as local_band_id, b12, neuro_300, is_far_above,
    is_late_on_therapy, 
    low_before is not null or (b12 = 'treated_since' and word in ('low', 'uncertain_low')) as is_low_before,
    low_before[1] as low_before_on, low_before[2] as low_before_reported, low_before[3] as low_before_file, low_before[4] as low_before_line
from worded
