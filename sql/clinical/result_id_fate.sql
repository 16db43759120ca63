-- One row per delivered result that another row of its id overrules: retracted, superseded, finalised; or usable, though held, because
-- its id is finalised without a value. A row that is not affected has no row here.
-- The latest reported wins; reported together, a retraction before a correction before a final result.
-- Without a time of report: a retraction comes last, a correction after every final result.
with dated as (
    select
        result.* exclude (reported_at),
        coalesce(
            result.reported_at,
            case result.status
                when 'retracted' then timestamptz 'infinity'
                when 'corrected' then max(result.reported_at) filter (result.status in ('final', 'held', 'finalised'))
                    over (partition by result.patient_id, result.source, result.result_id)
            end,
            timestamptz '1900-01-01'
        ) as reported_at
    from clinical.delivered_result as result
    join clinical.repeated_result using (patient_id, source, result_id)
),

version as (
    select
        source, line, place, sha256, status, result_id,
        row_number() over same_id as rank,
        max(case when status in ('final', 'corrected', 'held') and (value is not null or finding is not null)
            then row(reported_at, row_key, sha256, line, place) end)
            over (partition by patient_id, source, result_id) as last_with_value,
        first_value(status) over same_id as last_status
    from dated
    window same_id as (
        partition by patient_id, source, result_id
        order by
            reported_at desc,
            case status when 'retracted' then 0 when 'corrected' then 1 when 'finalised' then 2 when 'final' then 3 else 4 end,
            case when analyte = 'mma' then -value else value end nulls last,
            case finding when 'positive' then 0 when 'indeterminate' then 1 else 2 end,
            row_key, file, line, sha256, place
    )
),

judged as (
    select
        *,
        last_with_value[3] = sha256 and last_with_value[4] = line and last_with_value[5] = place as is_last_with_value
    from version
)

select
    source, sha256, line, place, result_id,
    case
        when last_status = 'retracted' then 'retracted'
        when last_status = 'finalised' and is_last_with_value then case when status = 'held' then 'finalised' else 'usable' end
        else 'superseded'
    end as fate
from judged
where last_status in ('retracted', 'finalised') or rank > 1
