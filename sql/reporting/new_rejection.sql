-- One row per new delivery and reason for rejection: how many of its rows, and what share.
-- Shares are of the relevant rows, as in reporting.new_delivery. share_deciding: of those rows alone that could decide something; a result
-- that is only shown closes nothing. The reasons that lie in the unit are marked: when many rows have one of them, the unit column is
-- broken, and not the rows.
select
    new_delivery.source, new_delivery.sha256, new_delivery.file, new_delivery.entity, new_delivery.rows_for_us,
    rejected_row.rejected_because,
    count(*) as rows_rejected,
    count(*) / nullif(new_delivery.rows_for_us, 0) as share,
    count(*) filter (coalesce(rejected_row.is_deciding, true)) / nullif(new_delivery.rows_for_us, 0) as share_deciding,
    rejected_row.rejected_because in ('missing_unit', 'unknown_unit', 'wrong_scale_unit', 'unit_contradiction') as is_about_the_unit
from reporting.new_delivery
join lake.rejected_row on rejected_row.source = new_delivery.source and rejected_row.sha256 = new_delivery.sha256
group by
    new_delivery.source, new_delivery.sha256, new_delivery.file, new_delivery.entity, new_delivery.rows_for_us, rejected_row.rejected_because
