-- One row per distinct combination of the facts in words: patients share few of them, so deciding costs little.
select row_number() over () as combination, *
from (
    select distinct
        scope, b12, neuro_300, active_b12, mma, neuro, malabsorption, resection_length, metformin, acid_suppressant, diet, renal,
        b12_therapy, cyanocobalamin, folic_acid, pregnancy, homocysteine, monitoring, tested, cause_tests, deficiency_before,
        b12_timing, neuro_timing, n24_used, patient_row, medications, conditions
    from clinical.patient_fact
)
