-- One row per patient with a malabsorption that counts: the first that applies, and the length of an ileal resection.
-- Source: protocol §2 and §6. A band that was later removed does not count; a recorded ileal length of 20 cm or less makes
-- it no ileal resection; absorption is lost after bariatric surgery that is not a band alone, a recorded ileal resection of more than that,
-- and a total gastrectomy; a positive latest intrinsic factor antibody is pernicious anaemia [OURS].
with removal as (
    select patient_id, max(began_on) as removed_on from clinical.finding where means = 'band_removal' group by patient_id
),

length as (
    select patient_id, arg_max(length_cm, row(began_on, length_cm)) as length_cm, min(began_on) as began_on
    from clinical.finding where means = 'ileal_resection_length' and length_cm is not null group by patient_id
),

evidence as (
    select
        finding.patient_id, finding.began_on, finding.means = 'bariatric_band' as is_band,
        finding.means = 'bariatric' or finding.concept = 'gastrectomy_total' as is_absorption_lost, finding.name,
        case finding.means when 'bariatric_band' then 'bariatric' else finding.means end as malabsorption
    from clinical.finding
    cross join protocol.setting
    left join removal using (patient_id)
    left join length using (patient_id)
    where finding.fact = 'malabsorption' and finding.means not in ('band_removal', 'ileal_resection_length')
        and not (finding.means = 'bariatric_band' and removal.removed_on is not null and removal.removed_on >= finding.began_on)
        and not (finding.means = 'ileal_resection' and length.length_cm is not null and length.length_cm <= setting.resection_cm)
    union all
    select patient_id, began_on, false, true, 'ileal resection of ' || printf('%g', length_cm) || ' cm', 'ileal_resection' from length cross join protocol.setting where length_cm > setting.resection_cm
    union all
    select patient_id, collected_on, false, false, 'positive intrinsic factor antibody', 'pernicious_anaemia' from clinical.latest_result
    where analyte = 'intrinsic_factor_antibody' and finding = 'positive'
),

ranked as (
    select *, list_position(['pernicious_anaemia', 'bariatric', 'ileal_resection', 'crohn_ileal', 'other'], malabsorption) as rank from evidence
)

select
    ranked.patient_id, arg_min(ranked.malabsorption, ranked.rank) as malabsorption,
    arg_min(ranked.began_on, row(ranked.rank, ranked.began_on)) as malabsorption_on,
    arg_min(ranked.name, row(ranked.rank, ranked.began_on, ranked.name)) as malabsorption_name,
    bool_or(ranked.is_absorption_lost) as is_absorption_lost,
    min(ranked.began_on) filter (ranked.is_absorption_lost) as absorption_lost_on,
    arg_min(ranked.name, row(ranked.began_on, ranked.name)) filter (ranked.is_absorption_lost) as absorption_lost_name,
    case
        when not bool_or(ranked.malabsorption = 'ileal_resection') then 'none'
        when max(length.length_cm) > max(setting.resection_cm) then 'extensive'
        else 'unknown'
    end as resection_length,
    bool_and(ranked.is_band) filter (ranked.malabsorption = 'bariatric') as is_band_only
from ranked
cross join protocol.setting
left join length using (patient_id)
group by ranked.patient_id
