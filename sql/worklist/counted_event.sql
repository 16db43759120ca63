-- One row per event of an item that counts for outcomes: an act that a user took back is left out, and so is the taking back.
-- The first event of an act holds in `version` the version of the item that the act left; what undid it left the next one.
-- person_id: the item of the patient into whom the ID is merged now, else the item itself. on_day: the as-of day of the run that wrote the
-- event, else the day at the site.
with undone as (
    select item_id, version - 1 as version from worklist.event where kind = 'undone'
),

taken_back as (
    select event.item_id, event.act
    from worklist.event
    join undone on undone.item_id = event.item_id and undone.version = event.version
    where event.kind <> 'undone'
)

select
    event.id, event.item_id, coalesce(person.merged_into, person.id) as person_id, event.kind, event.from_status, event.to_status, event.outcome,
    coalesce(event.as_of, cast(timezone(site_clock.zone, timezone('UTC', event.told_at)) as date)) as on_day
from worklist.event
join worklist.person on person.id = event.item_id
cross join worklist.site_clock
anti join taken_back on taken_back.item_id = event.item_id and taken_back.act = event.act
where event.kind <> 'undone'
