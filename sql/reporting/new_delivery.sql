-- One row per new delivery that was not refused: its account, and what share of it was rejected, known already or of an unknown status.
-- New: the last published run did not contain it. Shares are of the relevant rows: skipped rows are left out,
-- and a file without any such row has no shares. share_rejected_deciding: without results that are only shown.
with account as (
    select
        delivery.source, delivery.sha256, delivery.file, delivery.entity, delivery.rows, delivery.accepted, delivery.duplicates,
        coalesce(list_sum(map_values(cast(cast(delivery.rejected as json) as map(varchar, bigint)))), 0) as rejected,
        coalesce(list_sum(map_values(cast(cast(delivery.skipped as json) as map(varchar, bigint)))), 0) as skipped,
        coalesce(delivery.withdrawals, 0) as withdrawals
    from lake.delivery
    anti join lake.published_delivery
        on published_delivery.source = delivery.source and published_delivery.sha256 = delivery.sha256
    where delivery.refused is null
),

shown as (
    select source, sha256, count(*) as rows
    from lake.rejected_row
    where not is_deciding
    group by source, sha256
),

unknown_status as (
    select source, sha256, sum(rows) as rows
    from lake.unmapped_code
    where skipped_because = 'unknown_status'
    group by source, sha256
)

select
    account.source, account.sha256, account.file, account.entity, account.rows, account.accepted, account.rejected, account.duplicates,
    account.skipped, account.withdrawals,
    account.rows - account.skipped as rows_for_us,
    account.rows - account.accepted - account.rejected - account.duplicates - account.skipped as rows_lost,
    account.rejected / nullif(account.rows - account.skipped, 0) as share_rejected,
    (account.rejected - coalesce(shown.rows, 0)) / nullif(account.rows - account.skipped, 0) as share_rejected_deciding,
    account.duplicates / nullif(account.rows - account.skipped, 0) as share_duplicate,
    coalesce(unknown_status.rows, 0) / nullif(account.rows, 0) as share_unknown_status
from account
left join shown on shown.source = account.source and shown.sha256 = account.sha256
left join unknown_status on unknown_status.source = account.source and unknown_status.sha256 = account.sha256
