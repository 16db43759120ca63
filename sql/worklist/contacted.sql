-- One row per episode in which the patient was contacted: the first day of an attempt that reached the patient, booked or sent something, or on which
-- the status became contacted, ordered or referred. Events count until the next episode of the patient begins.
-- reached_on: the same without what was sent, to which the patient need not have answered; missing where nothing else was done.
select
    episode.id, min(counted_event.on_day) as contacted_on,
    min(counted_event.on_day) filter (counted_event.outcome is distinct from 'sent') as reached_on
from worklist.episode
join worklist.counted_event
    on counted_event.person_id = episode.person_id and counted_event.id >= episode.id
    and (episode.next_id is null or counted_event.id < episode.next_id)
where (counted_event.kind = 'attempt' and counted_event.outcome in ('reached', 'booked', 'sent'))
    or (counted_event.kind in ('status', 'assigned', 'attempt') and counted_event.to_status in ('contacted', 'ordered', 'referred')
        and counted_event.from_status is distinct from counted_event.to_status)
group by episode.id
