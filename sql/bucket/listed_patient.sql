-- One row per patient on the worklist: birth and sex, and the result that decides the row, as the pages show them.
-- deciding_test: a low, borderline or uncertain B12 that decides; else the active B12, MMA, homocysteine or low eGFR that does; else the last B12 on file,
-- out of date or not, else the last active B12 or MMA. Values and reference limits are in the canonical unit of the test. Missing: no such result.
with decided as (
    select patient_combination.patient_id, combination_decision.deciding_facts as facts, patient_fact.b12, patient_fact.active_b12,
        patient_fact.mma, patient_fact.homocysteine, patient_fact.renal, patient_evidence.is_egfr_low, patient_evidence.b12_on, patient_evidence.active_b12_on, patient_evidence.last_mma_on
    from screening.patient_combination
    join screening.combination_decision using (combination)
    join clinical.patient_fact using (patient_id)
    join clinical.patient_evidence using (patient_id)
    where combination_decision.priority between 1 and 4
),

chosen as (
    select patient_id, case
        when list_has_any(facts, ['b12', 'neuro_300']) and b12 in ('low', 'low_molar_only', 'uncertain_low', 'borderline', 'uncertain', 'stale_borderline')
            then 'total_b12'
        when list_contains(facts, 'active_b12') and active_b12 in ('low', 'indeterminate') then 'active_b12'
        when list_has_any(facts, ['mma', 'mma_timing']) and mma like 'raised%' then 'mma'
        when list_contains(facts, 'homocysteine') and homocysteine = 'at_or_above_10' then 'homocysteine'
        when list_contains(facts, 'renal') and renal in ('reduced', 'possible') and is_egfr_low then 'egfr'
        when b12_on is not null then 'total_b12'
        when active_b12_on is not null then 'active_b12'
        when last_mma_on is not null then 'mma'
    end as deciding_test
    from decided
)

select
    chosen.patient_id, demography.born_on, demography.born_latest_on, demography.sex,
    chosen.deciding_test, cast(latest_result.value as double) as deciding_value,
    rtrim(latest_result.value_reported || ' ' || coalesce(latest_result.unit_reported, '')) as deciding_reported,
    latest_result.collected_on as deciding_on,
    cast(latest_result.reference_low as double) as reference_low, cast(latest_result.reference_high as double) as reference_high
from chosen
left join clinical.demography on demography.patient_id = chosen.patient_id
left join clinical.latest_result on latest_result.patient_id = chosen.patient_id and latest_result.analyte = chosen.deciding_test
order by chosen.patient_id
