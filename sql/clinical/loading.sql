-- One row per patient whose B12 began with single injections: how many days had one in the loading time, and whether that is too few.
-- Source: protocol §2 loading (SEED §D1, §D2) [OURS]. T0 itself is a single injection, and every injection of the loading time is one; T0 is from 21 days to 12 months
-- ago; a B12 below 150 pmol/L or a low active B12 was measured within 90 days before T0 or since.
with injection as (
    select
        b12_therapy.patient_id, b12_therapy.therapy_start_on,
        count(distinct record.start_on) as injection_days,
        bool_or(record.start_on = b12_therapy.therapy_start_on) as is_from_start,
        bool_and(record.is_single_injection) as is_single
    from clinical.b12_therapy
    cross join protocol.setting
    join clinical.medication_record as record
        on record.patient_id = b12_therapy.patient_id and record.class = 'b12_therapy' and record.route = 'injection'
        and record.start_on between b12_therapy.therapy_start_on and b12_therapy.therapy_start_on + (setting.loading_days - 1)
    where b12_therapy.b12_therapy = 'im'
    group by all
),

measured_low as (
    select distinct result.patient_id
    from clinical.result
    join clinical.b12_therapy on b12_therapy.patient_id = result.patient_id
    cross join protocol.setting
    where result.collected_on >= b12_therapy.therapy_start_on - setting.loading_low_before_days
        and ((result.analyte = 'total_b12' and result.word in ('low', 'low_molar_only', 'uncertain_low'))
            or (result.analyte = 'active_b12' and result.word = 'low'))
)

select
    injection.patient_id, injection.injection_days,
    injection.injection_days < setting.loading_injections
        and injection.therapy_start_on between run.as_of - to_months(setting.loading_until_months) and run.as_of - setting.loading_from_days
        and measured_low.patient_id is not null as is_incomplete
from injection
cross join protocol.run
cross join protocol.setting
left join measured_low on measured_low.patient_id = injection.patient_id
where injection.is_from_start and injection.is_single
