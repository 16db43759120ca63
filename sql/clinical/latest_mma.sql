-- One row per patient whose MMA counts: raised (with what the kidney may explain), or not raised.
-- Source: protocol §2. A not-raised one counts for 24 months and not when older than 90 days before the latest B12;
-- a raised one does not expire while untreated, until a newer usable one replaces it [OURS].
select
    latest.patient_id, latest.value, latest.value_reported, latest.unit_reported, latest.collected_on, latest.file, latest.line,
    case
        when latest.word = 'not_raised' then 'not_raised'
        when renal_function.renal in ('reduced', 'possible') then 'raised_renal'
        when renal_function.renal is null then 'raised_renal_unknown'
        else 'raised'
    end as mma,
    latest.word = 'raised' and latest.value <= latest.reference_high as is_within_lab_range,
    latest.is_later_one_censored, latest.is_conflicting, latest.is_unit_code_disagree
from clinical.latest_result as latest
cross join protocol.run
cross join protocol.setting
left join clinical.renal_function on renal_function.patient_id = latest.patient_id
left join clinical.b12_therapy on b12_therapy.patient_id = latest.patient_id
left join clinical.latest_b12 on latest_b12.patient_id = latest.patient_id
where latest.analyte = 'mma'
    and (
        (latest.word = 'raised' and b12_therapy.therapy_start_on is null)
        or (
            latest.collected_on >= run.as_of - to_months(setting.mma_not_raised_months)
            and (latest_b12.collected_on is null or latest.collected_on >= latest_b12.collected_on - setting.mma_before_b12_days)
        )
    )
