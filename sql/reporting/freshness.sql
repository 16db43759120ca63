-- One row per source and entity: the newest day in it, and how long before the as-of date that is (negative: after it).
-- is_old: longer before than lab_fresh_days for results, record_fresh_days for the others.
-- Results received after the as-of date are in order, as a past night can be screened again; a day that has not begun
-- anywhere on Earth (UTC+14) when the screening ran is not. Retractions are left out: they name a row, and the ingest asks
-- nothing of their date. Patients carry no date that says how new they are;
-- clinicians' notes have no schedule.
with newest as (
    select source, 'lab_result' as entity, max(collected_on) as newest_on from lake.lab_result where status not in ('retracted', 'withdrawn') group by source
    union all
    select source, 'medication', max(start_on) from lake.medication where status <> 'retracted' group by source
    union all
    select source, 'condition', max(onset_on) from lake.condition where status <> 'retracted' group by source
    union all
    select source, 'procedure', max(performed_on) from lake.procedure where status <> 'retracted' group by source
)

select
    newest.source, newest.entity, newest.newest_on,
    run.as_of - newest.newest_on as days_old,
    run.as_of - newest.newest_on > case newest.entity when 'lab_result' then quality_setting.lab_fresh_days
        else quality_setting.record_fresh_days end as is_old,
    newest.newest_on - cast(timezone('UTC', run.screened_at) + interval 14 hours as date) as days_ahead
from newest
cross join protocol.run
cross join protocol.quality_setting
where newest.newest_on is not null and newest.source <> 'clinician_notes'
