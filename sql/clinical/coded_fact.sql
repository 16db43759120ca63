-- One row per patient with a coded diet, pregnancy or B12 deficiency.
-- A diet that ended does not count; a pregnancy code counts for 300 days [OURS], if any of its days does; a deficiency once coded was there before.
select
    finding.patient_id,
    bool_or(finding.fact = 'diet' and not finding.is_abated) as is_strict_vegetarian,
    min(finding.began_on) filter (finding.fact = 'diet' and not finding.is_abated) as diet_on,
    arg_min(beginning(finding.began_on, finding.latest_on), row(finding.began_on, finding.latest_on)) filter (finding.fact = 'diet' and not finding.is_abated) as diet_began,
    bool_and(finding.concept = 'vegetarian_diet' or finding.code = 'vegetarian') filter (finding.fact = 'diet' and not finding.is_abated) as is_strictness_unknown,
    bool_or(finding.fact = 'pregnancy' and finding.latest_on >= run.as_of - setting.pregnancy_days) as is_pregnant,
    bool_or(finding.fact = 'deficiency_before') as is_deficiency_coded,
    min(finding.began_on) filter (finding.fact = 'deficiency_before') as deficiency_on,
    arg_min(finding.recorded, row(finding.began_on, finding.recorded)) filter (finding.fact = 'deficiency_before') as deficiency_recorded
from clinical.finding
cross join protocol.run
cross join protocol.setting
group by finding.patient_id
