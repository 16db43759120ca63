-- One row per patient: since when its row waits, and the oldest result that decides it.
-- Source: interface.md. The collection of the oldest result that decides the row, else the day a due test fell due, else the start of the deciding era
-- or the onset. Where the decision is that treatment ended (a B12 taken on or before it, therapy lapsed), the day its last era ended.
-- A B12 that is out of date decides nothing; nor does one above, or of before a treatment, where a raised MMA or a low active B12 shows the deficiency.
with decided as (
    select patient_combination.patient_id, combination_decision.deciding_facts as facts, patient_fact.b12, patient_fact.b12_therapy,
        (list_contains(combination_decision.deciding_facts, 'mma') and patient_fact.mma like 'raised%')
            or (list_contains(combination_decision.deciding_facts, 'active_b12') and patient_fact.active_b12 = 'low') as is_shown_otherwise,
        patient_evidence.* exclude (patient_id)
    from screening.patient_combination
    join screening.combination_decision using (combination)
    join clinical.patient_fact using (patient_id)
    join clinical.patient_evidence using (patient_id)
),

dated as (
    select
        decided.*,
        least(
            case
                when not list_has_any(facts, ['b12', 'neuro_300', 'b12_500', 'b12_timing']) or b12 = 'stale' then null
                when b12 in ('above', 'on_treatment', 'treated_since') and is_shown_otherwise then null
                when b12 in ('on_treatment', 'treated_since') and b12_therapy = 'lapsed' then last_covered_on
                else b12_on
            end,
            case when list_has_any(facts, ['mma', 'mma_timing']) then mma_on end,
            case when list_contains(facts, 'active_b12') then active_b12_on end,
            case when list_contains(facts, 'homocysteine') then homocysteine_on end
        ) as result_on,
        case
            when b12_therapy = 'lapsed' and list_contains(facts, 'b12_therapy') then last_covered_on
            when list_contains(facts, 'monitoring') then due_on
            when list_contains(facts, 'neuro_timing') then last_sign_on
            else least(
                case when list_contains(facts, 'metformin') then metformin_since end,
                case when list_contains(facts, 'acid_suppressant') then acid_suppressant_since end,
                case when list_contains(facts, 'folic_acid') then folic_acid_since end,
                case when list_contains(facts, 'b12_supply') then last_covered_on end,
                case when list_has_any(facts, ['b12_therapy', 'cyanocobalamin', 'loading']) then b12_era_on end,
                case when list_contains(facts, 'neuro') then neuro_on end,
                case when list_contains(facts, 'malabsorption') then malabsorption_on end,
                case when list_contains(facts, 'absorption_lost') then absorption_lost_on end,
                case when list_contains(facts, 'diet') then diet_on end,
                case when list_contains(facts, 'deficiency_before') then least(deficiency_on, low_before_on) end,
                list_min(list_transform(list_filter(own, lambda each: list_contains(facts, each.fact)), lambda each: each.began_on))
            )
        end as began_on
    from decided
)

select
    dated.patient_id, dated.result_on,
    -- a test that is due again was not due before the risk began, nor before the last one was out of date
    coalesce(dated.result_on, case when list_contains(dated.facts, 'tested')
        then greatest(dated.began_on, cast(dated.tested_on + to_months(setting.tested_months) as date)) else dated.began_on end) as waiting_since
from dated
cross join protocol.setting
