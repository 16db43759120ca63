-- One row per lab result that its source deleted without saying whose it was, and patient whose rows have its id, or are its
-- components (id#1, id#2): it takes these back. A deleted id that no row has is left out.
with deleted as (
    select * from lake.lab_result where patient_id is null and result_id is not null
),

owner as (
    select lab_result.source, lab_result.patient_id, lab_result.result_id, deleted.result_id as deleted_id
    from lake.lab_result
    join deleted on deleted.source = lab_result.source and deleted.result_id = lab_result.result_id
    where lab_result.patient_id is not null
    union
    select component.source, component.patient_id, component.result_id, deleted.result_id
    from (from lake.lab_result where contains(result_id, '#') and patient_id is not null) as component
    join deleted on deleted.source = component.source and deleted.result_id = split_part(component.result_id, '#', 1)
)

select owner.patient_id, owner.result_id, deleted.* exclude (patient_id, result_id)
from deleted
join owner on owner.source = deleted.source and owner.deleted_id = deleted.result_id
