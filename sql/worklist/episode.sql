-- One row per episode of a patient on the worklist: from the day on which the item is opened, or opened again after it was closed by the run or by
-- a user, to the day on which it is closed. Closed: done, declined, not appropriate, resolved, withdrawn, excluded, merged.
-- id: the event that began it. closed_on, closed_as: missing while it is open. next_id, next_on: the next episode of the patient.
-- What is closed and opened again on one day was not closed [OURS]. Episodes of IDs that are merged into one patient are one where they overlap.
-- An event without a status changes none.
with standing as (
    select *, to_status in ('open', 'assigned', 'contacted', 'ordered', 'referred', 'unreachable', 'snoozed') as is_open
    from worklist.counted_event
    where to_status is not null
),

changed as (
    select *, lag(is_open, 1, false) over (partition by item_id order by id) as was_open from standing
),

turn as (
    select
        *, lead(id) over own as closing_id, lead(on_day) over own as closing_on, lead(to_status) over own as closing_as
    from changed
    where is_open <> was_open
    window own as (partition by item_id order by id)
),

span as (
    select
        *, max(coalesce(closing_id, 9223372036854775807)) over earlier as reached_id, max(closing_on) over earlier as reached_on
    from turn
    where is_open
    window earlier as (partition by person_id order by id rows between unbounded preceding and 1 preceding)
),

numbered as (
    select *, sum(case when id < reached_id or on_day = reached_on then 0 else 1 end) over (partition by person_id order by id) as number
    from span
),

episode as (
    select
        min(id) as id, person_id, min(on_day) as identified_on, bool_or(closing_id is null) as is_open,
        max(closing_on) as closing_on, arg_max(closing_as, closing_id) as closing_as
    from numbered
    group by person_id, number
)

select
    id, person_id, identified_on, case when not is_open then closing_on end as closed_on, case when not is_open then closing_as end as closed_as,
    lead(id) over (partition by person_id order by id) as next_id, lead(identified_on) over (partition by person_id order by id) as next_on
from episode
