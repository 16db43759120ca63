-- One row per source: which entities it ever delivered (a file with a header only counts).
-- Source: protocol §2, "loaded". A refused file delivers nothing. A clinician's note on the worklist is not an extract of conditions:
-- patients with a note may have any number of conditions that were never delivered.
select
    source,
    bool_or(list_contains(string_split(entities, '|'), 'medication')) as is_medication_loaded,
    bool_or(list_contains(string_split(entities, '|'), 'condition')) as is_condition_loaded
from lake.delivery
where refused is null and source <> 'clinician_notes'
group by source
