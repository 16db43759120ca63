-- One row per patient, where texts of the pack name values: each value that they may name, as `placeholder=value`. No row where none does.
-- Source: protocol/README.md, Texts with values. A value that is not on file, and an MMA, active B12 or homocysteine that does not count, is not in the list. Control
-- characters are spaces, and braces round: a delivered name is no placeholder.
with worded as (
    select patient_evidence.*, run.as_of, patient_fact.mma <> 'never' as is_mma, patient_fact.active_b12 <> 'never' as is_active_b12,
        patient_fact.homocysteine <> 'never' as is_homocysteine,
        with_signs(rtrim(b12_reported)) || case when try_cast(regexp_extract(b12_reported, '\d+(\.\d+)?') as double) <> b12_value then ' (' || round(b12_value, 1) || ' pg/mL)' else '' end as b12_printed
    from clinical.patient_evidence
    join clinical.patient_fact using (patient_id)
    cross join protocol.run
    where exists (from protocol.rule where contains(rule.because, '{'))
),

named as (
    select
        patient_id,
        [
            'b12.value=' || b12_printed, 'b12.date=' || b12_on, 'b12.age=' || trim(age_in_words(as_of - b12_on), ' ()'),
            case when is_active_b12 then 'active_b12.value=' || with_signs(active_b12_reported) end, case when is_active_b12 then 'active_b12.date=' || active_b12_on end,
            case when is_active_b12 then 'active_b12.age=' || trim(age_in_words(as_of - active_b12_on), ' ()') end,
            case when is_mma then 'mma.value=' || with_signs(mma_reported) end, case when is_mma then 'mma.date=' || mma_on end,
            case when is_mma then 'mma.age=' || trim(age_in_words(as_of - mma_on), ' ()') end,
            case when is_homocysteine then 'homocysteine.value=' || with_signs(homocysteine_reported) end, case when is_homocysteine then 'homocysteine.date=' || homocysteine_on end,
            case when is_homocysteine then 'homocysteine.age=' || trim(age_in_words(as_of - homocysteine_on), ' ()') end,
            'neuro.sign=' || neuro_recorded, 'neuro.since=' || neuro_on, 'malabsorption.sign=' || malabsorption_recorded, 'malabsorption.since=' || malabsorption_on,
            'metformin.since=' || metformin_since, 'acid_suppressant.since=' || acid_suppressant_since, 'folic_acid.since=' || folic_acid_since,
            'diet.since=' || diet_on, 'b12_therapy.since=' || b12_era_on
        ]
        || flatten(list_transform(coalesce(own, []), lambda each: [each.fact || '.sign=' || each.recorded, each.fact || '.since=' || each.began_on])) as text_values
    from worded
)

select
    patient_id,
    list_transform(
        list_filter(text_values, lambda value: value is not null),
        lambda value: translate(regexp_replace(value, '[\x00-\x1f\x7f-\x9f]+', ' ', 'g'), '{}', '()')
    ) as text_values
from named
