-- One row per source, entity and reason: rows ever rejected for it, those of deliveries that the last published run did not
-- contain, and those received in the 24 hours before the screening.
-- A row counts under its own entity, in every kind of file.
with counted as (
    select source, sha256, entity, rejected_because, count(*) as rows
    from lake.rejected_row
    group by source, sha256, entity, rejected_because
),

received as (
    select source, sha256, max(received_at) as received_at
    from lake.delivery
    where refused is null
    group by source, sha256
)

select
    counted.source, counted.entity, counted.rejected_because,
    cast(sum(counted.rows) as bigint) as rows,
    cast(coalesce(sum(counted.rows) filter (published_delivery.sha256 is null), 0) as bigint) as rows_new,
    cast(coalesce(sum(counted.rows) filter (
        received.received_at > run.screened_at - interval 24 hours and received.received_at <= run.screened_at
    ), 0) as bigint) as rows_last_day
from counted
cross join protocol.run
left join received on received.source = counted.source and received.sha256 = counted.sha256
left join (select distinct source, sha256 from lake.published_delivery) as published_delivery
    on published_delivery.source = counted.source and published_delivery.sha256 = counted.sha256
group by counted.source, counted.entity, counted.rejected_because
