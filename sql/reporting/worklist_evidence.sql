-- One row per rule on the worklist: for how many patients it stands there, and for how many of them without any evidence.
-- Evidence: a day on which something was measured or began, or a fact that only a record can give.
select
    rule,
    count(*) as patients,
    count(*) filter (
        coalesce(
            waiting_since, b12_on, active_b12_on, mma_on, neuro_on, metformin_since, acid_suppressant_since, therapy_start_on
        ) is null
        and malabsorption in ('none', 'not_loaded') and diet in ('none_known', 'not_loaded')
        and b12_therapy in ('none', 'not_loaded') and folic_acid in ('none', 'not_loaded') and deficiency_before = 'no'
    ) as patients_without_evidence
from screening.worklist
group by rule
