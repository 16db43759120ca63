-- One row per delivered lab result of an analyte that decides something, with its fate: usable, or why not.
-- Source: protocol §1, Status and Corrections. Rows with its own ID take precedence over rows of its accession.
-- Results after the as-of date are not usable. A result without a value is never usable. is_in_conflict: another row of its id has
-- another value, and it is unknown which is newer.
select
    result.*,
    case
        when coalesce(result_id_fate.fate, '') = 'retracted' or result.status in ('retracted', 'withdrawn') then 'retracted'
        when accession_fate.fate is not null then accession_fate.fate
        when result.status = 'finalised' then 'finalised'
        when result_id_fate.fate = 'superseded' then 'superseded'
        when result.status in ('held', 'unknown') and coalesce(result_id_fate.fate, '') <> 'finalised' then 'held'
        when result.value is null and result.finding is null then 'without_value'
        when result.collected_on > run.as_of then 'after_as_of'
        else 'usable'
    end as fate,
    coalesce(result_id_fate.fate = 'in_conflict', false) as is_in_conflict
from clinical.delivered_result as result
cross join protocol.run
left join clinical.result_id_fate
    on result_id_fate.source = result.source and result_id_fate.sha256 = result.sha256 and result_id_fate.line = result.line
    and result_id_fate.place = result.place and result_id_fate.delivered_patient_id = result.delivered_patient_id
    and result_id_fate.result_id is not distinct from result.result_id
    and result_id_fate.analyte is not distinct from result.analyte
left join clinical.accession_fate
    on accession_fate.source = result.source and accession_fate.sha256 = result.sha256 and accession_fate.line = result.line
    and accession_fate.place = result.place and accession_fate.delivered_patient_id = result.delivered_patient_id
    and accession_fate.result_id is not distinct from result.result_id
    and accession_fate.analyte is not distinct from result.analyte
