-- One row per patient whose assessment is no longer based on the B12 result of the earlier run: the new rows that withdrew or
-- corrected it. Matched by result ID, else by accession. Without such rows, there is no row.
with rested_on as (
    select before.patient_id, lab_result.source, lab_result.result_id, lab_result.accession_id
    from lake.assessment_before as before
    left join lake.assessment_after as after on after.patient_id = before.patient_id
    join lake.lab_result on lab_result.analyte = 'total_b12' and lab_result.file || ':' || lab_result.line = before.b12_source
    left join clinical.merged_patient on merged_patient.patient_id = lab_result.patient_id
    where before.b12_source is distinct from after.b12_source
        and before.patient_id in (lab_result.patient_id, merged_patient.surviving_id)
)

select
    rested_on.patient_id,
    string_agg(distinct case when lab_result.status = 'corrected' then 'result corrected by ' else 'result withdrawn by ' end
        || lab_result.file || ':' || lab_result.line, '; ') as acts
from rested_on
join lake.lab_result
    on lab_result.source = rested_on.source and lab_result.status in ('retracted', 'withdrawn', 'corrected')
    and coalesce(lab_result.analyte, 'total_b12') = 'total_b12'
    and (lab_result.result_id = rested_on.result_id
        or (lab_result.accession_id = rested_on.accession_id and lab_result.status <> 'withdrawn'))
    and lab_result.sha256 not in (select sha256 from lake.delivery_before)
left join clinical.merged_patient on merged_patient.patient_id = lab_result.patient_id
where lab_result.patient_id is null or rested_on.patient_id in (lab_result.patient_id, merged_patient.surviving_id)
group by rested_on.patient_id
