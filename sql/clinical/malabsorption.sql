-- One row per patient with a malabsorption that counts: the first that applies, and the length of an ileal resection.
-- Source: protocol §2 and §6. What counts: clinical.malabsorption_evidence.
with ranked as (
    select *, list_position(['pernicious_anaemia', 'bariatric', 'ileal_resection', 'crohn_ileal', 'other'], malabsorption) as rank
    from clinical.malabsorption_evidence
    where uncounted_because is null
)

select
    ranked.patient_id, arg_min(ranked.malabsorption, ranked.rank) as malabsorption,
    arg_min(ranked.began_on, row(ranked.rank, ranked.began_on)) as malabsorption_on,
    arg_min(ranked.recorded, row(ranked.rank, ranked.began_on, ranked.recorded)) as malabsorption_recorded,
    bool_or(ranked.is_absorption_lost) as is_absorption_lost,
    min(ranked.began_on) filter (ranked.is_absorption_lost) as absorption_lost_on,
    arg_min(ranked.recorded, row(ranked.began_on, ranked.recorded)) filter (ranked.is_absorption_lost) as absorption_lost_recorded,
    case
        when not bool_or(ranked.malabsorption = 'ileal_resection') then 'none'
        when bool_or(not ileal_length.is_short) then 'extensive'
        else 'unknown'
    end as resection_length,
    bool_and(ranked.is_band) filter (ranked.malabsorption = 'bariatric') as is_band_only
from ranked
left join clinical.ileal_length using (patient_id)
group by ranked.patient_id
