-- One row per delivered result that another row of its accession takes back (withdrawn) or replaces (superseded): of another result id,
-- or without ids. Without an accession and a result id, the patient, the analyte, the instant and the laboratory name the result.
-- A later correction supersedes, a later retraction withdraws; but a correction or retraction that names a held result by its own id acts
-- on that one alone. A retraction without an analyte is of every analyte. Without a time of report: an act comes last; of what it acts
-- upon, a correction comes last, and the others were reported when they were collected. At one time, only final and held ones are acted upon.
with named as (
    select
        patient_id, delivered_patient_id, source, sha256, line, place, analyte, result_id, status, collected_at, reported_at,
        case
            when accession_id is not null then 'accession ' || accession_id
            when result_id is null then concat('sample ', epoch_us(collected_at), ' ', performing_lab)
        end as sample
    from clinical.delivered_result
    where accession_id is not null or result_id is null
),

acting as (
    select named.*, coalesce(named.reported_at, timestamptz 'infinity') as acted_at
    from named
    anti join clinical.repeated_result
        on repeated_result.patient_id = named.patient_id and repeated_result.source = named.source
        and repeated_result.result_id = named.result_id and repeated_result.analyte is not distinct from named.analyte
    where named.status in ('corrected', 'retracted')
),

result as (
    select
        * exclude (reported_at),
        coalesce(reported_at, case when status = 'corrected' then timestamptz 'infinity' end, collected_at) as reported_at
    from named
)

select result.source, result.sha256, result.line, result.place, result.delivered_patient_id, result.result_id, result.analyte,
    case when bool_or(acting.status = 'retracted') then 'withdrawn' else 'superseded' end as fate
from result
join acting
    on acting.patient_id = result.patient_id and acting.sample = result.sample
    and (acting.analyte = result.analyte or acting.analyte is null)
    and (acting.result_id is distinct from result.result_id or result.result_id is null)
where result.reported_at < acting.acted_at
    or (result.reported_at is not distinct from acting.acted_at and result.status in ('final', 'held', 'unknown'))
group by result.source, result.sha256, result.line, result.place, result.delivered_patient_id, result.result_id, result.analyte
