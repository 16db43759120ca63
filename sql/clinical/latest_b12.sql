-- One row per patient ever tested: the most recent usable total B12 and its word.
-- Source: protocol §2. above, borderline and uncertain are on_treatment when sampled during a B12 era or within 120 days after;
-- a result older than 24 months is stale, except low, low_molar_only and uncertain_low while untreated.
with treated_sample as (
    select latest_result.patient_id
    from clinical.latest_result
    cross join protocol.setting
    join clinical.medication_era
        on medication_era.patient_id = latest_result.patient_id and medication_era.class = 'b12_therapy'
        and latest_result.collected_on >= medication_era.start_on
        and latest_result.collected_on <= medication_era.end_on + setting.on_treatment_after_days
    where latest_result.analyte = 'total_b12'
    group by latest_result.patient_id
),

earlier_low as (
    select result.patient_id
    from clinical.result
    join clinical.latest_result as latest on latest.patient_id = result.patient_id and latest.analyte = 'total_b12'
    where result.analyte = 'total_b12' and result.word in ('low', 'uncertain_low') and result.collected_at < latest.collected_at
    group by result.patient_id
)

select
    latest.patient_id, latest.value, latest.comparator, latest.value_reported, latest.unit_reported, latest.collected_on,
    latest.source, latest.file, latest.line, latest.word as band,
    case
        when latest.collected_on < run.as_of - to_months(setting.stale_after_months)
            and not (latest.word in ('low', 'low_molar_only', 'uncertain_low') and b12_therapy.therapy_start_on is null) then 'stale'
        when latest.word in ('above', 'borderline', 'uncertain') and treated_sample.patient_id is not null then 'on_treatment'
        else latest.word
    end as b12,
    case when latest.low is null or latest.low < neuro_300.high then 'yes' else 'no' end as neuro_300,
    coalesce(latest.collected_on > b12_therapy.therapy_start_on + setting.late_on_therapy_days, false) as is_late_on_therapy,
    earlier_low.patient_id is not null as is_low_before,
    latest.is_later_one_censored, latest.is_conflicting, latest.is_unit_code_disagree
from clinical.latest_result as latest
cross join protocol.run
cross join protocol.setting
cross join (select high from protocol.band where fact = 'neuro_300' and is_tile and answer = 'yes') as neuro_300
left join clinical.b12_therapy on b12_therapy.patient_id = latest.patient_id
left join treated_sample on treated_sample.patient_id = latest.patient_id
left join earlier_low on earlier_low.patient_id = latest.patient_id
where latest.analyte = 'total_b12'
