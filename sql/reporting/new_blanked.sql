-- One row per new delivery and column of which cells were left out: how many, of how many rows that went in, against the source's own history.
-- New: the last published run did not contain it. is_unusual: more than blanked_share of its rows, and more than twice the share of the
-- source's earlier deliveries of that kind. No earlier delivery: a share of none.
with cell as (
    select
        blanked_cell.source, blanked_cell.sha256, blanked_cell.column_name, count(*) as cells,
        any_value(delivery.file) as file, any_value(delivery.entity) as entity, any_value(delivery.accepted) as accepted,
        any_value(published_delivery.sha256) is null as is_new
    from lake.blanked_cell
    join lake.delivery on delivery.source = blanked_cell.source and delivery.sha256 = blanked_cell.sha256 and delivery.refused is null
    left join lake.published_delivery
        on published_delivery.source = blanked_cell.source and published_delivery.sha256 = blanked_cell.sha256
    group by blanked_cell.source, blanked_cell.sha256, blanked_cell.column_name
),

earlier as (
    select delivery.source, delivery.entity, sum(delivery.accepted) as accepted
    from lake.delivery
    semi join lake.published_delivery
        on published_delivery.source = delivery.source and published_delivery.sha256 = delivery.sha256
    where delivery.refused is null
    group by delivery.source, delivery.entity
),

earlier_cell as (
    select source, entity, column_name, sum(cells) as cells from cell where not is_new group by source, entity, column_name
)

select
    cell.source, cell.file, cell.entity, cell.column_name, cell.cells, cell.accepted,
    cell.cells / nullif(cell.accepted, 0) as share,
    coalesce(earlier_cell.cells / nullif(earlier.accepted, 0), 0) as share_before,
    coalesce(share > quality_setting.blanked_share and share > 2 * share_before, false) as is_unusual
from cell
cross join protocol.quality_setting
left join earlier on earlier.source = cell.source and earlier.entity is not distinct from cell.entity
left join earlier_cell
    on earlier_cell.source = cell.source and earlier_cell.entity is not distinct from cell.entity and earlier_cell.column_name = cell.column_name
where cell.is_new
