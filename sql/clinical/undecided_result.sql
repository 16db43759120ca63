-- One row per patient with a total B12, active B12 or MMA on file of which none can decide: the last of each, and why it does not count.
-- Source: protocol §4, Reasons in full. An analyte of which a result decides has no text here.
with undecided as (
    select result.patient_id, result.analyte,
        arg_max(
            row(result.value_reported, result.unit_reported, result.collected_on, result.status, result.value is not null),
            row(result.collected_at, result.value_reported, result.status)
        ) as last
    from clinical.delivered_result as result
    anti join clinical.latest_result as latest on latest.patient_id = result.patient_id and latest.analyte = result.analyte
    where result.analyte in ('total_b12', 'active_b12', 'mma')
    group by result.patient_id, result.analyte
),

worded as (
    select patient_id, analyte,
        coalesce(' ' || with_signs(last[1]) || coalesce(' ' || last[2], ''), '') || coalesce(' on ' || last[3], '')
            || case
                when last[4] in ('held', 'unknown') then ' is not final'
                when last[4] in ('final', 'corrected') and last[5] then ' crosses an edge and cannot decide'
                else ' is not usable'
            end as text
    from undecided
)

select
    patient_id,
    max('B12' || text) filter (analyte = 'total_b12') as undecided_b12,
    max('active B12' || text) filter (analyte = 'active_b12') as undecided_active_b12,
    max('MMA' || text) filter (analyte = 'mma') as undecided_mma
from worded
group by patient_id
