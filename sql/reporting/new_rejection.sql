-- One row per new delivery and reason for rejection: how many of its rows, and what share.
-- Shares are of the relevant rows, as in reporting.new_delivery. The three reasons that lie in the unit are marked:
-- when many rows have one of them, the unit column is broken, and not the rows.
with reason as (
    select
        new_delivery.source, new_delivery.sha256, new_delivery.file, new_delivery.entity, new_delivery.rows_for_us,
        unnest(map_entries(cast(cast(delivery.rejected as json) as map(varchar, bigint)))) as counted
    from reporting.new_delivery
    join lake.delivery
        on delivery.source = new_delivery.source and delivery.sha256 = new_delivery.sha256 and delivery.refused is null
)

select
    source, sha256, file, entity, rows_for_us,
    counted.key as rejected_because,
    counted.value as rows_rejected,
    counted.value / nullif(rows_for_us, 0) as share,
    counted.key in ('missing_unit', 'unknown_unit', 'wrong_scale_unit') as is_about_the_unit
from reason
