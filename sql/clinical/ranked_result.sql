-- One row per delivered result whose id and analyte another row repeats: its rank among them, 1 for the last said.
-- Source: protocol §1, Status and Corrections. The latest reported wins; of a source that says so, then the latest delivered; reported
-- together, a retraction or withdrawal before a correction before a final result. Rows that are equal in this share a rank.
-- Without a time of report: a retraction or withdrawal comes last, a correction after every final result.
-- last_status: the status of rank 1. is_last_with_value: of the rows with a value or finding that do not take one back, the latest reported.
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
        source, sha256, line, place, patient_id, delivered_patient_id, result_id, analyte, status, value, comparator, finding, value_reported, unit_reported,
        rank() over same_id as rank,
        first_value(status) over same_id as last_status,
        max(case when status in ('final', 'corrected', 'held', 'unknown') and (value is not null or finding is not null)
            then row(reported_at, row_key, sha256, line, place, delivered_patient_id) end)
            over (partition by patient_id, source, result_id, analyte) as last_with_value
    from dated
    window same_id as (
        partition by patient_id, source, result_id, analyte
        order by
            reported_at desc, received_at desc nulls last,
            case status
                when 'retracted' then 0 when 'withdrawn' then 1 when 'corrected' then 2 when 'finalised' then 3 when 'final' then 4 else 5
            end
    )
)

select
    * exclude (last_with_value),
    last_with_value[3] = sha256 and last_with_value[4] = line and last_with_value[5] = place and last_with_value[6] = delivered_patient_id as is_last_with_value
from version
