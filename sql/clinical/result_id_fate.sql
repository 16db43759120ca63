-- One row per delivered result that another row of its id and analyte overrules: retracted, superseded, finalised; or usable, though held,
-- because its id is finalised without a value; or in_conflict with another, where neither is known to be newer. A row that is not affected
-- has no row here.
-- Source: protocol §1, Status and Corrections. Which row was said last: clinical.ranked_result. Rows that share a rank all stand.
with conflict as (
    select patient_id, source, result_id, analyte
    from clinical.ranked_result
    where rank = 1 and status in ('final', 'corrected')
    group by patient_id, source, result_id, analyte
    having are_conflicting(value, comparator, finding, value_reported, unit_reported)
)

select
    ranked.source, ranked.sha256, ranked.line, ranked.place, ranked.delivered_patient_id, ranked.result_id, ranked.analyte,
    case
        when ranked.last_status in ('retracted', 'withdrawn') then 'retracted'
        when ranked.last_status = 'finalised' and ranked.is_last_with_value then case when ranked.status = 'held' then 'finalised' else 'usable' end
        when ranked.last_status = 'finalised' or ranked.rank > 1 then 'superseded'
        else 'in_conflict'
    end as fate
from clinical.ranked_result as ranked
left join conflict
    on conflict.patient_id = ranked.patient_id and conflict.source = ranked.source and conflict.result_id = ranked.result_id
    and conflict.analyte is not distinct from ranked.analyte
where ranked.last_status in ('retracted', 'withdrawn', 'finalised') or ranked.rank > 1 or conflict.patient_id is not null
