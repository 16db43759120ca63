-- One row per patient: the values behind its facts as one sentence, each with its unit, day and age, and what exists but does not count, with why.
-- Source: protocol §4, Reasons in full. A sign or a malabsorption that does not count is named where none does. What a line of a shared fact says stands in place of the usual words. The local limits that judged a value are named. The total B12 always has a part; any other only where something is on file, or its absence matters.
with worded as (
    select
        patient_id, run.as_of, setting.loading_days, patient_fact.*, patient_evidence.* exclude (patient_id),
        with_signs(rtrim(b12_reported)) || case when try_cast(regexp_extract(b12_reported, '\d+(\.\d+)?') as double) <> b12_value then ' (' || round(b12_value, 1) || ' pg/mL)' else '' end as b12_printed
    from clinical.patient_fact
    join clinical.patient_evidence using (patient_id)
    cross join protocol.run
    cross join protocol.setting
)

select
    patient_id,
    regexp_replace(concat_ws('; ',
        case when b12_on is null then coalesce(undecided_b12, 'B12 never measured') else 'B12 ' || b12_printed || ' on ' || b12_on || age_in_words(as_of - b12_on)
            || case b12
                when 'treated_since' then ', followed by B12 treatment that has since ended, so it no longer describes the patient'
                when 'on_treatment' then ', taken during or soon after B12 treatment'
                when 'stale_borderline' then ', never followed up'
                when 'stale' then ', too old to count'
                else '' end || coalesce(', by the limits ' || b12_local_band_id, '') end,
        case when b12_on is not null then undecided_b12 end,
        case when deficiency_before = 'yes' and low_before_on is not null then 'an earlier B12 ' || with_signs(low_before_reported) || ' on ' || low_before_on end,
        case when deficiency_recorded is distinct from malabsorption_recorded then deficiency_recorded end,
        case when active_b12_on is null then undecided_active_b12
            when active_b12 = 'never' then 'active B12 ' || with_signs(active_b12_reported) || ' of ' || strftime(active_b12_on, '%Y-%m') || why_not(active_b12_band = 'low')
            else 'active B12 ' || with_signs(active_b12_reported) || ' on ' || active_b12_on || age_in_words(as_of - active_b12_on) || coalesce(', by the limits ' || active_b12_local_band_id, '') end,
        case when active_b12_on is not null then undecided_active_b12 end,
        neuro_recorded,
        case when neuro_timing = 'new_on_therapy' and last_sign_on > neuro_on then last_sign_recorded end,
        case when neuro = 'not_loaded' then 'diagnoses ' || case conditions when 'not_understood' then 'not understood' else 'not loaded' end when neuro not in ('definite', 'headache') then uncounted_sign end,
        case when last_mma_on is null then coalesce(undecided_mma,
                case when b12_on is not null and (b12 <> 'above' or neuro in ('definite', 'headache', 'diabetic_only')) then 'MMA never measured' end)
            when mma = 'never' then 'MMA ' || with_signs(last_mma_reported) || ' of ' || strftime(last_mma_on, '%Y-%m') || why_not(last_mma_band = 'raised')
            else 'MMA ' || with_signs(last_mma_reported) || ' on ' || last_mma_on || age_in_words(as_of - last_mma_on)
                || case mma when 'raised_renal' then ', which kidney function may explain' when 'raised_renal_unknown' then ', which kidney function (not known) may explain' else '' end || coalesce(', by the limits ' || mma_local_band_id, '') end,
        case when last_mma_on is not null then undecided_mma end,
        case when malabsorption = 'none' then uncounted_malabsorption else malabsorption_recorded end,
        case when absorption_lost = 'yes' and absorption_lost_recorded <> malabsorption_recorded then absorption_lost_recorded end,
        coalesce(said['metformin'], case when metformin = 'long_term' then 'metformin since ' || strftime(metformin_since, '%Y-%m') end),
        coalesce(said['acid_suppressant'], case when acid_suppressant = 'long_term' then 'acid suppressant since ' || strftime(acid_suppressant_since, '%Y-%m') end),
        coalesce(said['diet'], case when diet = 'strict_vegetarian' then case when is_strictness_unknown then 'vegetarian diet (strictness not recorded)' else 'strict vegetarian diet' end
            || ' recorded ' || diet_began end), said['resection_length'], said['pregnancy'],
        case b12_therapy when 'im' then 'B12 since ' || therapy_start_on || ', now by injection' when 'oral' then 'B12 since ' || therapy_start_on || ', now oral'
            when 'route_unknown' then 'B12 since ' || therapy_start_on || ' (route not recorded)'
            when 'lapsed' then 'B12 treatment ended ' || last_covered_on when 'not_loaded' then 'medications ' || case medications when 'not_understood' then 'not understood' else 'not loaded' end end
            || case b12_supply when 'overdue' then ', ran out ' || last_covered_on else '' end,
        case when loading = 'incomplete' then injection_days || case injection_days when 1 then ' injection' else ' injections' end
            || ' recorded in the first ' || loading_days || ' days' end,
        case when monitoring like 'due_%' then 'check due since ' || due_on end,
        case when homocysteine = 'at_or_above_10' then 'homocysteine ' || with_signs(homocysteine_reported) || ' on ' || homocysteine_on end,
        coalesce(said['folic_acid'], case when folic_acid = 'active' then 'folic acid since ' || strftime(folic_acid_since, '%Y-%m') end),
        case when renal in ('reduced', 'possible') then kidney_recorded end,
        case when renal in ('reduced', 'possible') and is_egfr_low then 'eGFR ' || with_signs(egfr_reported) || ' mL/min/1.73 m² on ' || egfr_on || age_in_words(as_of - egfr_on)
            when renal = 'unknown' and egfr_on is not null and (mma = 'raised_renal_unknown' or cyanocobalamin in ('yes', 'form_unknown'))
                then 'eGFR ' || with_signs(egfr_reported) || ' mL/min/1.73 m² of ' || strftime(egfr_on, '%Y-%m') || ' is too old to count' end,
        nullif(array_to_string(list_distinct(list_filter(list_transform(own, lambda each: each.recorded), lambda text: text is not null)), '; '), '')
    ), '[\x00-\x1f\x7f-\x9f]+', ' ', 'g') as evidence
from worded
