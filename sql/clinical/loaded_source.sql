-- One row per source: which entities it ever delivered (a file with a header only counts), and which of them are understood.
-- Source: protocol §2, "loaded", and §1, "Understood, not only delivered": at least half of the rows (setting) carry a known code system,
-- or a name that can be matched. A refused file delivers nothing. A clinician's note on the worklist is not an extract of conditions:
-- patients with a note may have any number of conditions that were never delivered.
with understood as (
    select source, entity, sum(rows_understood) / sum(rows) as share
    from lake.code_system_count
    group by source, entity
),

delivered as (
    select
        source,
        bool_or(list_contains(string_split(entities, '|'), 'medication')) as is_medication_delivered,
        bool_or(list_contains(string_split(entities, '|'), 'condition')) as is_condition_delivered,
        bool_or(list_contains(string_split(entities, '|'), 'lab_result')) as is_result_loaded
    from lake.delivery
    where refused is null and source <> 'clinician_notes'
    group by source
)

select
    delivered.source, delivered.is_result_loaded, delivered.is_medication_delivered, delivered.is_condition_delivered,
    delivered.is_medication_delivered and coalesce(medication.share >= setting.understood_share, true) as is_medication_loaded,
    delivered.is_condition_delivered and coalesce(condition.share >= setting.understood_share, true) as is_condition_loaded
from delivered
cross join protocol.setting
left join understood as medication on medication.source = delivered.source and medication.entity = 'medication'
left join understood as condition on condition.source = delivered.source and condition.entity = 'condition'
