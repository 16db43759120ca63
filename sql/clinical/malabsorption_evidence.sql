-- One row per finding of a malabsorption, and positive latest intrinsic factor antibody: the malabsorption it is evidence of, or why it does not count.
-- Source: protocol §2 and §6. A band that was later removed does not count; a recorded ileal length of 20 cm or less makes
-- it no ileal resection; absorption is lost after bariatric surgery that is not a band alone, a recorded ileal resection of more than that,
-- and a total gastrectomy; a positive latest intrinsic factor antibody is pernicious anaemia [OURS].
with removal as (
    select patient_id, max(began_on) as removed_on, arg_max(beginning(began_on, latest_on), row(began_on, latest_on)) as removed from clinical.finding where means = 'band_removal' group by patient_id
)

select
    finding.patient_id, finding.began_on, finding.means = 'bariatric_band' as is_band,
    finding.means = 'bariatric' or finding.concept = 'gastrectomy_total' as is_absorption_lost, finding.name, finding.recorded,
    case finding.means when 'bariatric_band' then 'bariatric' else finding.means end as malabsorption, finding.file, finding.line,
    case
        when finding.means = 'bariatric_band' and removal.removed_on >= finding.began_on then 'removed ' || removal.removed
        when finding.means = 'ileal_resection' and ileal_length.is_short then printf('%g cm', ileal_length.length_cm) || ', too short to count'
    end as uncounted_because
from clinical.finding
left join removal using (patient_id)
left join clinical.ileal_length using (patient_id)
where finding.fact = 'malabsorption' and finding.means not in ('band_removal', 'ileal_resection_length')
union all
select patient_id, began_on, false, true, null, 'ileal resection of ' || printf('%g', length_cm) || ' cm recorded ' || began_on, 'ileal_resection', null, null, null
from clinical.ileal_length where not is_short
union all
select patient_id, collected_on, false, false, null, 'positive intrinsic factor antibody on ' || collected_on, 'pernicious_anaemia', file, line, null from clinical.latest_result
where analyte = 'intrinsic_factor_antibody' and finding = 'positive'
