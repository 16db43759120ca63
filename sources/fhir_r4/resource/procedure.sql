-- One row per Procedure. Performed: a day, or the start of a period; an age or a range of ages is not a date (missing_date), words are a
-- bad_date. Without a status it is unknown, which counts as done.
select
    line, patient_id, own_id as procedure_id, fhir_codings(code) as codings,
    fhir_text(coalesce(performedDateTime, performedPeriod.start, performedPeriod.end, performedString)) as performed_on,
    case when is_deleted then 'deleted' else coalesce(fhir_state(status), 'unknown') end as status,
    recorded_at
from landing.fhir_resource
where kind = 'Procedure'
