-- One row per patient, class and era: records that overlap or follow within the gap are one era (OMOP drug-era convention).
-- is_recent: it reaches into the last 12 months.
with ordered as (
    select
        patient_id, class, start_on, end_on, is_end_assumed,
        max(end_on) over (
            partition by patient_id, class order by start_on, end_on
            rows between unbounded preceding and 1 preceding
        ) as reached_on
    from clinical.medication_record
),

numbered as (
    select
        ordered.*,
        -- of two equal records the one that opens the era comes first: it has reached less
        sum(case when reached_on is null or start_on > reached_on + setting.era_gap_days then 1 else 0 end) over (
            partition by patient_id, class order by start_on, end_on, reached_on nulls first
            rows between unbounded preceding and current row
        ) as era
    from ordered
    cross join protocol.setting
)

select
    patient_id, class, min(start_on) as start_on, max(end_on) as end_on, count(*) as records, bool_or(is_end_assumed) as is_end_assumed,
    max(end_on) >= any_value(run.as_of - to_months(setting.era_reaches_months)) as is_recent
from numbered
cross join protocol.run
cross join protocol.setting
group by patient_id, class, era
