-- One row per event of a MEDS delivery, its time moved by whole days so that the last event of its
-- subject falls on the profile's `align_last_event_on`. Without that option, or for a subject whose
-- events have no readable time, nothing is moved: `shifted_days` is 0.
with last_event as (
    select delivered_event.subject_id, max(cast(try_cast(delivered_event.time as timestamp) as date)) as last_on
    from landing.delivered_event
    where not is_sentinel(left(delivered_event.time, 10), 'UTC')
    group by delivered_event.subject_id
),

shift as (
    select last_event.subject_id, coalesce(date_diff('day', last_event.last_on, event_option.align_last_event_on), 0) as shifted_days
    from last_event
    cross join landing.event_option
)

select
    delivered_event.*, coalesce(shift.shifted_days, 0) as shifted_days,
    strftime(
        try_cast(delivered_event.time as timestamp) + to_days(coalesce(shift.shifted_days, 0)), '%Y-%m-%dT%H:%M:%S'
    ) as aligned_at
from landing.delivered_event
left join shift on shift.subject_id = delivered_event.subject_id
