-- One row per patient, where texts of the pack name values: each value that they may name, as `placeholder=value`. No row where none does.
-- Source: protocol/README.md, Texts with values. A value that is not on file is not in the list.
select
    patient_id,
    list_filter(
        [
            'b12.value=' || b12_reported, 'b12.date=' || b12_on, 'b12.age=' || trim(age_in_words(run.as_of - b12_on), ' ()'),
            'active_b12.value=' || active_b12_reported, 'active_b12.date=' || active_b12_on, 'active_b12.age=' || trim(age_in_words(run.as_of - active_b12_on), ' ()'),
            'mma.value=' || last_mma_reported, 'mma.date=' || last_mma_on, 'mma.age=' || trim(age_in_words(run.as_of - last_mma_on), ' ()'),
            'homocysteine.value=' || homocysteine_reported, 'homocysteine.date=' || homocysteine_on,
            'homocysteine.age=' || trim(age_in_words(run.as_of - homocysteine_on), ' ()'),
            'neuro.sign=' || neuro_recorded, 'neuro.since=' || neuro_on, 'malabsorption.sign=' || malabsorption_recorded, 'malabsorption.since=' || malabsorption_on,
            'metformin.since=' || metformin_since, 'acid_suppressant.since=' || acid_suppressant_since, 'folic_acid.since=' || folic_acid_since,
            'diet.since=' || diet_on, 'b12_therapy.since=' || b12_era_on
        ]
        || flatten(list_transform(own, lambda each: [each.fact || '.sign=' || each.recorded, each.fact || '.since=' || each.began_on])),
        lambda value: value is not null
    ) as text_values
from clinical.patient_evidence
cross join protocol.run
where exists (from protocol.rule where contains(rule.because, '{'))
