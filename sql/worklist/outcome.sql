-- One row per episode of a patient who is in the program: what followed the identification, up to the day on which the next episode of the patient begins.
-- identified_on: the day of worklist.episode. contacted_on: that of worklist.contacted. tested_on: the first usable total B12, active B12 or MMA collected after identified_on (a result of that day itself
-- may be the one that identified the patient) [OURS]. treated_on: the first start of B12 on identified_on or later [OURS].
-- normalised_on: the first test after treated_on with a normal result (bucket.follow_up).
-- priority, action, severity, age_band: as they were at identification, that is in the first run that knew of the episode; site: the present one.
-- days_to_return: to the first contact to which the patient answered, or test, whichever came first; a letter alone is none [OURS]. Patients who opted out are left out [OURS].
with begun as (
    select
        episode.*, person.patient_id, person.site, person.sex, person.born_on, contacted.contacted_on, contacted.reached_on,
        coalesce(known.priority, person.priority) as priority, coalesce(known.action, person.action) as action,
        coalesce(known.severity, person.severity) as severity
    from worklist.episode
    join worklist.person on person.id = episode.person_id
    left join worklist.contacted on contacted.id = episode.id
    left join worklist.known_outcome as known on known.id = episode.id
    where not person.is_opted_out and person.patient_id is not null
),

followed as (
    select
        begun.id,
        min(follow_up.happened_on) filter (follow_up.kind = 'test' and follow_up.happened_on > begun.identified_on) as tested_on,
        min(follow_up.happened_on) filter (follow_up.kind = 'treatment') as treated_on
    from begun
    join worklist.follow_up on follow_up.patient_id = begun.patient_id and follow_up.happened_on >= begun.identified_on
        and (begun.next_on is null or follow_up.happened_on <= begun.next_on)
    group by begun.id
),

normalised as (
    select begun.id, min(follow_up.happened_on) as normalised_on
    from begun
    join followed on followed.id = begun.id
    join worklist.follow_up on follow_up.patient_id = begun.patient_id and follow_up.is_normal and follow_up.happened_on > followed.treated_on
        and (begun.next_on is null or follow_up.happened_on <= begun.next_on)
    group by begun.id
)

select
    begun.id, begun.person_id as item_id, begun.patient_id, coalesce(begun.site, '') as site, coalesce(begun.sex, 'unknown') as sex,
    case
        when begun.born_on is null then 'unknown'
        when date_sub('year', begun.born_on, begun.identified_on) < 40 then 'under 40'
        when date_sub('year', begun.born_on, begun.identified_on) < 65 then '40 to 64'
        when date_sub('year', begun.born_on, begun.identified_on) < 80 then '65 to 79'
        else '80 and over'
    end as age_band,
    begun.priority, begun.action, begun.severity,
    begun.identified_on, begun.contacted_on, followed.tested_on, followed.treated_on, normalised.normalised_on, begun.closed_on, begun.closed_as,
    least(begun.reached_on, followed.tested_on) - begun.identified_on as days_to_return,
    followed.treated_on - begun.identified_on as days_to_treatment
from begun
left join followed on followed.id = begun.id
left join normalised on normalised.id = begun.id
