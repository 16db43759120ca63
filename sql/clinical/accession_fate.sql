-- One row per delivered result that another id of its accession takes back (withdrawn) or replaces (superseded).
-- A later correction supersedes, a later retraction withdraws; but a correction or retraction that names a held result by its own id acts
-- on that one alone. A retraction without an analyte is of every analyte. Without a time of report: an act comes last; of what it acts
-- upon, a correction comes last, and the others were reported when they were collected. At one time, only final and held ones are acted upon.
with acting as (
    select result.patient_id, result.accession_id, result.analyte, result.status, result.result_id,
        coalesce(result.reported_at, timestamptz 'infinity') as acted_at
    from clinical.delivered_result as result
    anti join clinical.repeated_result
        on repeated_result.patient_id = result.patient_id and repeated_result.source = result.source
        and repeated_result.result_id = result.result_id
    where result.status in ('corrected', 'retracted') and result.accession_id is not null
),

result as (
    select patient_id, source, sha256, line, place, accession_id, analyte, result_id, status,
        coalesce(reported_at, case when status = 'corrected' then timestamptz 'infinity' end, collected_at) as reported_at
    from clinical.delivered_result
    where accession_id is not null
)

select result.source, result.sha256, result.line, result.place, result.result_id,
    case when bool_or(acting.status = 'retracted') then 'withdrawn' else 'superseded' end as fate
from result
join acting
    on acting.patient_id = result.patient_id and acting.accession_id = result.accession_id
    and (acting.analyte = result.analyte or acting.analyte is null)
    and acting.result_id is distinct from result.result_id
where result.reported_at < acting.acted_at
    or (result.reported_at is not distinct from acting.acted_at and result.status in ('final', 'held'))
group by result.source, result.sha256, result.line, result.place, result.result_id
