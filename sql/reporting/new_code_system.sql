-- One row per new delivery of medications or conditions and code system: how many rows carry it, what share of the entity's that is, and
-- what share of them is understood.
-- New: the last published run did not contain it. Source: protocol §1, "Understood, not only delivered". Local codes of laboratories do not
-- matter here: an unknown test is skipped, and does not concern B12.
select
    code_system_count.source, code_system_count.file, code_system_count.entity,
    coalesce(nullif(code_system_count.code_system, ''), '(none)') as code_system,
    code_system_count.rows, code_system_count.rows_understood,
    code_system_count.rows / sum(code_system_count.rows)
        over (partition by code_system_count.source, code_system_count.sha256, code_system_count.entity) as share_of_entity,
    code_system_count.rows_understood / code_system_count.rows as share_understood
from lake.code_system_count
anti join lake.published_delivery
    on published_delivery.source = code_system_count.source and published_delivery.sha256 = code_system_count.sha256
where code_system_count.entity in ('medication', 'condition')
