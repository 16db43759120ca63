-- One row per delivered medication of a patient, and per era that they make up, and the fact it bears on.
-- A multivitamin of little or unknown strength, and medications without a class, are shown but not used. A missing end is stated. surviving_id: whose evidence it is,
-- after merges.
select distinct
    explained_id.surviving_id, medication.patient_id,
    case
        when medication_class.class is null then 'shown, not used'
        when medication_class.is_multivitamin and coalesce(medication.strength_mg, 0) < setting.multivitamin_b12_mg then 'shown, not used'
        else medication_class.fact
    end as fact,
    medication.start_on as on_day,
    coalesce(medication.name, code_name.name, medication.code) as reported,
    coalesce('until ' || medication.end_on, 'for ' || medication.days_supply || ' days', 'no end recorded')
        || coalesce(', ' || medication.route_reported, '') || coalesce(', ' || printf('%g', medication.strength_mg) || ' mg', '')
        || case medication.matched_by when 'name' then ', recognised by name' else '' end as what,
    medication.status as standing, medication.file, medication.line, medication.shifted_days, medication.patient_id as delivered_patient_id,
    cast(null as double) as value, medication.end_on as until_on
from lake.medication
join explaining.explained_id using (patient_id)
left join clinical.code_name on code_name.code_system is not distinct from medication.code_system and code_name.code = medication.code and code_name.concepts = medication.concepts
cross join protocol.setting
left join clinical.medication_class on medication_class.concepts = medication.concepts
union all
select patient_id, patient_id, class_fact.fact, start_on as on_day, 'until ' || end_on as reported,
    'era of ' || records || case records when 1 then ' record' else ' records' end || case when is_end_assumed then ', end assumed' else '' end as what,
    'era' as standing, cast(null as varchar) as file, cast(null as bigint) as line, 0 as shifted_days, patient_id as delivered_patient_id,
    cast(null as double) as value, end_on as until_on
from clinical.medication_era
left join (select distinct class, fact from protocol.class_concept) as class_fact using (class)
semi join explaining.explained_patient using (patient_id)
where class <> 'multivitamin'
