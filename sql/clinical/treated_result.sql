-- One row per latest result of a patient and analyte, of those who ever had B12: what was given from its sample on.
-- Source: protocol §2. days_treated: the eras after the sample, the rest of an era under way included; the length of an era is its end
-- less its start, joined gaps included. is_on_treatment: sampled during an era, or within 120 days after one.
select
    latest_result.patient_id, latest_result.analyte,
    sum(greatest(0, medication_era.end_on - greatest(medication_era.start_on, latest_result.collected_on))) as days_treated,
    bool_or(
        latest_result.collected_on >= medication_era.start_on
        and latest_result.collected_on <= medication_era.end_on + setting.on_treatment_after_days
    ) as is_on_treatment,
    bool_or(medication_era.start_on > latest_result.collected_on) as is_treated_later
from clinical.latest_result
cross join protocol.setting
join clinical.medication_era on medication_era.patient_id = latest_result.patient_id and medication_era.class = 'b12_therapy'
where latest_result.analyte in ('total_b12', 'active_b12', 'mma')
group by latest_result.patient_id, latest_result.analyte
