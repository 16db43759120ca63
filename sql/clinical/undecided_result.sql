-- One row per patient with a total B12, active B12 or MMA on file that does not decide and is newer than the one that does: the last of each, and why not.
-- Source: protocol §4, Reasons in full. Where none decides, the last of all. A result that was replaced, and one after the as-of date, are not named.
with undecided as (
    select result.patient_id, result.analyte, bool_or(latest.patient_id is not null) as is_newer,
        arg_max(
            row(case when result.value is not null then result.value_reported end, result.unit_reported, result.collected_on, result.fate),
            row(result.collected_at, result.value is not null, result.value_reported, result.fate)
        ) as last
    from clinical.result_version as result
    left join clinical.latest_result as latest on latest.patient_id = result.patient_id and latest.analyte = result.analyte
    where result.analyte in ('total_b12', 'active_b12', 'mma')
        and result.fate not in ('superseded', 'finalised', 'after_as_of')
        and (latest.patient_id is null or result.collected_at > latest.collected_at)
    group by result.patient_id, result.analyte
),

worded as (
    select patient_id, analyte,
        case when is_newer then 'a newer ' else '' end || case analyte when 'total_b12' then 'B12' when 'active_b12' then 'active B12' else 'MMA' end
            || coalesce(' ' || with_signs(last[1]) || coalesce(' ' || last[2], ''), '') || coalesce(' on ' || last[3], '')
            || case
                when last[4] = 'held' then ' is not final'
                when last[4] = 'usable' then ' crosses an edge and cannot decide'
                when last[4] in ('retracted', 'withdrawn') then ' was retracted by its source'
                else ' has no usable value'
            end as text
    from undecided
)

select
    patient_id,
    max(text) filter (analyte = 'total_b12') as undecided_b12,
    max(text) filter (analyte = 'active_b12') as undecided_active_b12,
    max(text) filter (analyte = 'mma') as undecided_mma
from worded
group by patient_id
