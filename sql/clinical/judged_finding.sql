-- One row per record that a declared fact may count: a finding of one of its concepts, a recorded ileal resection that is long enough, and a positive latest
-- intrinsic factor antibody, each under its concept; and why it counts for no fact, if it does not.
-- Source: protocol §2, §3 and §6. A clinician's note removes headaches that began on or before its date, and no later one; a band that was later removed
-- does not count; a recorded ileal length of 20 cm or less makes an ileal resection none; a positive latest antibody counts as pernicious anaemia [OURS].
with note as (
    select
        patient_id, means, max(began_on) as noted_on, arg_max(beginning(began_on, latest_on), row(began_on, latest_on)) as noted
    from clinical.finding
    where means in ('headache_unrelated', 'band_removal')
    group by patient_id, means
)

select
    finding.patient_id, finding.concept, finding.entity, finding.code, finding.began_on, finding.latest_on, finding.is_abated,
    beginning(finding.began_on, finding.latest_on) as began, finding.name, finding.recorded, finding.file, finding.line,
    case
        when finding.means in ('headache', 'migraine') and finding.latest_on <= note.noted_on then 'noted ' || note.noted || ' as unrelated to B12'
        when finding.means = 'bariatric_band' and note.noted_on >= finding.began_on then 'removed ' || note.noted
        when finding.means = 'ileal_resection' and ileal_length.is_short then printf('%g cm', ileal_length.length_cm) || ', too short to count'
    end as uncounted_because
from clinical.finding
semi join protocol.line_concept on line_concept.concept = finding.concept
left join note
    on note.patient_id = finding.patient_id
    and note.means = case when finding.means in ('headache', 'migraine') then 'headache_unrelated' when finding.means = 'bariatric_band' then 'band_removal' end
left join clinical.ileal_length on ileal_length.patient_id = finding.patient_id
where finding.means is null or finding.means not in ('headache_unrelated', 'band_removal', 'ileal_resection_length')
union all
select
    patient_id, 'ileal_resection_length', 'condition', null, began_on, began_on, false, cast(began_on as varchar), null,
    'ileal resection of ' || printf('%g', length_cm) || ' cm recorded ' || began_on, null, null, null
from clinical.ileal_length where not is_short
union all
select
    patient_id, 'intrinsic_factor_ab', 'lab_result', null, collected_on, collected_on, false, cast(collected_on as varchar), null,
    'positive intrinsic factor antibody on ' || collected_on, file, line, null
from clinical.latest_result
where analyte = 'intrinsic_factor_antibody' and finding = 'positive'
