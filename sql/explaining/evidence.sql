-- One row per piece of evidence of a patient and the fact it bears on, as delivered, with file and line.
-- surviving_id: whose evidence it is, after merges; patient_id: as clinical or the lake has it. Evidence that does not count is shown with the reason. value: in the canonical unit of its analyte.
with person as (
    select surviving_id, patient_id, 'scope' as fact, cast(null as date) as on_day,
        'born ' || coalesce(cast(birth_on as varchar), 'unknown') || coalesce(', died ' || deceased_on, '')
            || case when is_opted_out then ', opted out' else '' end || case when merged_into <> patient_id then ', merged into another id' else '' end as reported,
        'patient row' as what, 'usable' as standing, file, line, shifted_days, patient_id as delivered_patient_id,
        cast(null as double) as value, cast(null as date) as until_on
    from lake.patient
    join explaining.explained_id using (patient_id)
)

select surviving_id, patient_id, fact, on_day, reported, what, standing, file, line,
    case when shifted_days <> 0 then on_day - shifted_days end as original_day, delivered_patient_id,
    value, until_on, reference_low, reference_high, judged_by
from (
    from explaining.lab_evidence
    union all by name from explaining.medication_evidence
    union all by name from explaining.finding_evidence
    union all by name from person
)
