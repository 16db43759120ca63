-- One row per new delivery that was not refused: its account, and what share of it was rejected or known already.
-- New: the last published run did not contain it. Shares are of the relevant rows: skipped rows are left out,
-- and a file without any such row has no shares.
with account as (
    select
        delivery.source, delivery.sha256, delivery.file, delivery.entity, delivery.rows, delivery.accepted, delivery.duplicates,
        coalesce(list_sum(map_values(cast(cast(delivery.rejected as json) as map(varchar, bigint)))), 0) as rejected,
        coalesce(list_sum(map_values(cast(cast(delivery.skipped as json) as map(varchar, bigint)))), 0) as skipped
    from lake.delivery
    anti join lake.published_delivery
        on published_delivery.source = delivery.source and published_delivery.sha256 = delivery.sha256
    where delivery.refused is null
)

select
    source, sha256, file, entity, rows, accepted, rejected, duplicates, skipped,
    rows - skipped as rows_for_us,
    rows - accepted - rejected - duplicates - skipped as rows_lost,
    rejected / nullif(rows - skipped, 0) as share_rejected,
    duplicates / nullif(rows - skipped, 0) as share_duplicate
from account
