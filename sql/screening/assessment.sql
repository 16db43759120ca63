-- One row per patient, even if no further step is due: the decisions, the facts and their evidence.
-- waiting_since: the oldest result that decides the row, else the start of the deciding era or the onset.
with flagged as (
    select evidence_flag.patient_id, list(evidence_flag.flag order by flag.position) as flags
    from clinical.evidence_flag
    join protocol.flag on flag.flag = evidence_flag.flag
    group by evidence_flag.patient_id
),

decided as (
    select patient_fact.*, combination_decision.* exclude (combination), patient_evidence.* exclude (patient_id)
    from clinical.patient_fact
    natural join screening.combination -- on every fact: the columns that both have
    join screening.combination_decision on combination_decision.combination = combination.combination
    join clinical.patient_evidence on patient_evidence.patient_id = patient_fact.patient_id
)

select
    decided.patient_id, run.as_of, decided.priority, decided.next_step, decided.rule, decided.reason, decided.cites,
    decided.safety, decided.cause, decided.monitoring,
    case when flagged.flags is null then decided.flags else decided.flags || flagged.flags end as flags,
    decided.cohorts,
    coalesce(
        least(
            case when list_has_any(decided.deciding_facts, ['b12', 'neuro_300', 'b12_timing']) then decided.b12_on end,
            case when list_contains(decided.deciding_facts, 'mma') then decided.mma_on end,
            case when list_contains(decided.deciding_facts, 'active_b12') then decided.active_b12_on end,
            case when list_contains(decided.deciding_facts, 'homocysteine') then decided.homocysteine_on end
        ),
        least(
            case when list_contains(decided.deciding_facts, 'metformin') then decided.metformin_since end,
            case when list_contains(decided.deciding_facts, 'acid_suppressant') then decided.acid_suppressant_since end,
            case when list_contains(decided.deciding_facts, 'folic_acid') then decided.folic_acid_since end,
            case when list_has_any(decided.deciding_facts, ['b12_therapy', 'monitoring', 'cyanocobalamin']) then decided.b12_era_on end,
            case when list_has_any(decided.deciding_facts, ['neuro', 'neuro_timing']) then decided.neuro_on end,
            case when list_contains(decided.deciding_facts, 'malabsorption') then decided.malabsorption_on end,
            case when list_contains(decided.deciding_facts, 'diet') then decided.diet_on end
        )
    ) as waiting_since,
    decided.scope, decided.b12, cast(decided.b12_value as double) as b12_value,
    case when decided.b12_value is not null then 'pg/mL' end as b12_unit,
    decided.b12_reported, decided.b12_on, decided.b12_source, decided.neuro_300,
    decided.active_b12, cast(decided.active_b12_value as double) as active_b12_value, decided.active_b12_on,
    decided.mma, cast(decided.mma_value as double) as mma_value, decided.mma_reported, decided.mma_on,
    decided.neuro, decided.neuro_on, decided.malabsorption, decided.resection_length,
    decided.metformin, decided.metformin_since, decided.acid_suppressant, decided.acid_suppressant_since,
    decided.diet, decided.renal, cast(decided.egfr_value as double) as egfr_value,
    decided.b12_therapy, decided.therapy_start_on, decided.cyanocobalamin, decided.folic_acid, decided.pregnancy,
    decided.homocysteine, cast(decided.homocysteine_value as double) as homocysteine_value,
    decided.tested, decided.cause_tests, decided.deficiency_before,
    decided.deficient, decided.at_risk, decided.treated
from decided
cross join protocol.run
left join flagged on flagged.patient_id = decided.patient_id
