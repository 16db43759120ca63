-- One row per source, kind of file and day (UTC) on which files were received, of the days (volume_window_days) up to the last on which any was:
-- their accounts added up, and the newest day that their accepted rows tell of.
-- Refused files are counted by themselves and have no rows. newest_on is missing for patients, who carry no such day; retractions
-- are left out of it, as in reporting.freshness.
with received as (
    select
        source, sha256, entity, cast(timezone('UTC', received_at) as date) as received_on, refused is not null as is_refused,
        rows, accepted, duplicates,
        coalesce(list_sum(map_values(cast(cast(rejected as json) as map(varchar, bigint)))), 0) as rejected,
        coalesce(list_sum(map_values(cast(cast(skipped as json) as map(varchar, bigint)))), 0) as skipped
    from lake.delivery
    cross join protocol.quality_setting
    qualify received_on > max(received_on) over () - quality_setting.volume_window_days
),

told as (
    select source, sha256, max(collected_on) as newest_on from lake.lab_result where status not in ('retracted', 'withdrawn') group by source, sha256
    union all
    select source, sha256, max(start_on) from lake.medication where status <> 'retracted' group by source, sha256
    union all
    select source, sha256, max(onset_on) from lake.condition where status <> 'retracted' group by source, sha256
    union all
    select source, sha256, max(performed_on) from lake.procedure where status <> 'retracted' group by source, sha256
),

newest as (
    select source, sha256, max(newest_on) as newest_on from told group by source, sha256
)

select
    received.source, received.entity, received.received_on,
    count(*) filter (not received.is_refused) as files,
    count(*) filter (received.is_refused) as files_refused,
    cast(coalesce(sum(received.rows) filter (not received.is_refused), 0) as bigint) as rows,
    cast(coalesce(sum(received.accepted) filter (not received.is_refused), 0) as bigint) as accepted,
    cast(coalesce(sum(received.rejected) filter (not received.is_refused), 0) as bigint) as rejected,
    cast(coalesce(sum(received.duplicates) filter (not received.is_refused), 0) as bigint) as duplicates,
    cast(coalesce(sum(received.skipped) filter (not received.is_refused), 0) as bigint) as skipped,
    max(newest.newest_on) filter (not received.is_refused) as newest_on
from received
left join newest on newest.source = received.source and newest.sha256 = received.sha256
group by received.source, received.entity, received.received_on
