-- One row per coded condition or procedure that counts and concept. What is not confirmed does not count.
-- A record of an unknown status counts as a risk or a sign, but not as a treatment, nor as a diagnosis that starts one.
-- Without a delivered name a record has that of its code. recorded: that name and when it began, as precisely as it is known. began_on: the earliest day; latest_on: the last day of a beginning that is known as a year or a month.
with single as (
    select *, unnest(string_split(concepts, '|')) as concept from clinical.standing_record where status <> 'not_counted'
)

select single.* exclude (concepts) replace (coalesce(single.name, code_name.name, single.code) as name), concept.fact, concept.means, concept.wording,
    coalesce(single.name, code_name.name, single.code) || ' recorded ' || beginning(single.began_on, single.latest_on) as recorded
from single
left join clinical.code_name on code_name.code_system is not distinct from single.code_system and code_name.code = single.code and code_name.concepts = single.concepts
join protocol.concept on concept.concept = single.concept
where not (single.status = 'unknown' and concept.fact in ('malabsorption', 'b12_therapy'))
