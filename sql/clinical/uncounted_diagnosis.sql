-- One row per patient with a neurological sign or headache, or a cause of malabsorption, on file that does not count: the last of each, and why not.
-- Source: protocol §4, Reasons in full. What is suspected, provisional, planned or of the family does not count as confirmed; a record of an unknown status starts no treatment.
with doubtful as (
    select standing_record.patient_id, standing_record.began_on, concept.fact, standing_record.status,
        coalesce(standing_record.name, code_name.name, standing_record.code) || ' recorded ' || beginning(standing_record.began_on, standing_record.latest_on) as recorded
    from (select *, unnest(string_split(concepts, '|')) as concept from clinical.standing_record where status in ('not_counted', 'unknown')) as standing_record
    join protocol.concept on concept.concept = standing_record.concept
    left join clinical.code_name on code_name.code_system is not distinct from standing_record.code_system and code_name.code = standing_record.code
        and code_name.concepts = standing_record.concepts
    anti join clinical.finding
        on finding.patient_id = standing_record.patient_id and finding.fact = concept.fact and finding.named = standing_record.named
    where concept.fact = 'malabsorption' and concept.means not in ('band_removal', 'ileal_resection_length')
        or concept.fact = 'neuro' and concept.means <> 'headache_unrelated' and standing_record.status = 'not_counted'
),

uncounted as (
    select patient_id, fact, recorded, began_on,
        case status when 'unknown' then 'of a status that is not known, so it does not count as malabsorption' else 'not recorded as a confirmed diagnosis, so it does not count' end as because
    from doubtful
    union all
    select patient_id, fact, recorded, began_on, uncounted_because from clinical.fact_record where uncounted_because is not null
)

select
    patient_id,
    max_by(recorded || ': ' || because, row(began_on, recorded, because)) filter (fact = 'neuro') as uncounted_sign,
    max_by(recorded || ': ' || because, row(began_on, recorded, because)) filter (fact = 'malabsorption') as uncounted_malabsorption
from uncounted
group by patient_id
