-- One row per delivered result that another row of its id and analyte overrules: retracted, superseded, finalised; or usable, though held,
-- because its id is finalised without a value; or in_conflict with another that nothing says is older. A row that is not affected has no
-- row here.
-- The latest reported wins; of a source that says so, then the latest delivered; reported together, a retraction or withdrawal before a
-- correction before a final result. Rows that are equal in this all stand.
-- Without a time of report: a retraction or withdrawal comes last, a correction after every final result.
with dated as (
    select
        result.* exclude (reported_at),
        coalesce(
            result.reported_at,
            case
                when result.status in ('retracted', 'withdrawn') then timestamptz 'infinity'
                when result.status = 'corrected' then max(result.reported_at) filter (result.status in ('final', 'held', 'unknown', 'finalised'))
                    over (partition by result.patient_id, result.source, result.result_id, result.analyte)
            end,
            timestamptz '1900-01-01'
        ) as reported_at,
        case when delivery.is_later_delivery_winning then delivery.received_at end as received_at
    from clinical.delivered_result as result
    join clinical.repeated_result
        on repeated_result.patient_id = result.patient_id and repeated_result.source = result.source
        and repeated_result.result_id = result.result_id and repeated_result.analyte is not distinct from result.analyte
    left join lake.delivery on delivery.source = result.source and delivery.sha256 = result.sha256 and delivery.refused is null
),

version as (
    select
        source, line, place, sha256, status, result_id, patient_id, analyte, value, comparator, finding, value_reported, unit_reported,
        rank() over same_id as rank,
        max(case when status in ('final', 'corrected', 'held', 'unknown') and (value is not null or finding is not null)
            then row(reported_at, row_key, sha256, line, place) end)
            over (partition by patient_id, source, result_id, analyte) as last_with_value,
        first_value(status) over same_id as last_status
    from dated
    window same_id as (
        partition by patient_id, source, result_id, analyte
        order by
            reported_at desc, received_at desc nulls last,
            case status
                when 'retracted' then 0 when 'withdrawn' then 1 when 'corrected' then 2 when 'finalised' then 3 when 'final' then 4 else 5
            end
    )
),

judged as (
    select
        *,
        last_with_value[3] = sha256 and last_with_value[4] = line and last_with_value[5] = place as is_last_with_value
    from version
),

conflict as (
    select patient_id, source, result_id, analyte
    from version
    where rank = 1 and status in ('final', 'corrected')
    group by patient_id, source, result_id, analyte
    having are_conflicting(value, comparator, finding, value_reported, unit_reported)
)

select
    judged.source, judged.sha256, judged.line, judged.place, judged.result_id, judged.analyte,
    case
        when judged.last_status in ('retracted', 'withdrawn') then 'retracted'
        when judged.last_status = 'finalised' and judged.is_last_with_value then case when judged.status = 'held' then 'finalised' else 'usable' end
        when judged.last_status = 'finalised' or judged.rank > 1 then 'superseded'
        else 'in_conflict'
    end as fate
from judged
left join conflict
    on conflict.patient_id = judged.patient_id and conflict.source = judged.source and conflict.result_id = judged.result_id
    and conflict.analyte is not distinct from judged.analyte
where judged.last_status in ('retracted', 'withdrawn', 'finalised') or judged.rank > 1 or conflict.patient_id is not null
