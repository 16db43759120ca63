"""One patient for each line of the decision tables of protocol §4, decided by the definition and by the SQL.

A row names only what differs from a patient in scope, tested this year with a normal kidney, of whom nothing else is known.
"""

import pytest

from tests.clinic import clinic, pack, parse
from tests.generative.combinations import by_definition, by_sql

UNREMARKABLE = {
    "scope": "in_scope", "b12": "never", "neuro_300": "no", "active_b12": "never", "mma": "never", "neuro": "none",
    "malabsorption": "none", "resection_length": "none", "metformin": "none", "acid_suppressant": "none", "diet": "none_known",
    "renal": "normal", "b12_therapy": "none", "cyanocobalamin": "no", "folic_acid": "none", "pregnancy": "no", "homocysteine": "never",
    "monitoring": "not_on_therapy", "tested": "recent", "cause_tests": "done", "deficiency_before": "no", "b12_500": "up_to_500",
    "absorption_lost": "no", "loading": "other", "b12_supply": "other", "therapy_began": "never", "mma_timing": "other", "n23_used": "yes",
    "b12_timing": "other", "neuro_timing": "other", "n24_used": "yes", "patient_row": "loaded", "medications": "loaded",
    "conditions": "loaded",
}  # fmt: skip

NEXT_STEP = """
    rule | next_step             | pri | facts
    -----+-----------------------+-----+----------------------------------------------------------------------
    N01  | EXCLUDED              | 0   | scope=deceased b12=low neuro=definite
    N01  | EXCLUDED              | 0   | scope=opted_out b12=low
    N02  | MANUAL_REVIEW         | 2   | scope=child b12=low neuro=headache
    N02  | MANUAL_REVIEW         | 2   | scope=child b12=borderline neuro_300=yes neuro=definite
    N03  | MANUAL_REVIEW         | 3   | scope=child b12=low
    N03  | MANUAL_REVIEW         | 3   | scope=child active_b12=low neuro=diabetic_only
    N03  | MANUAL_REVIEW         | 3   | scope=child b12=low_molar_only mma=not_raised neuro=headache
    N04  | NO_ACTION             | 0   | scope=child b12=borderline
    N04  | NO_ACTION             | 0   | scope=child b12=low_molar_only mma=not_raised neuro=nonspecific
    N05  | TREAT_IM_NEURO        | 1   | b12=low neuro=definite
    N05  | TREAT_IM_NEURO        | 1   | b12=low neuro=headache
    N05  | TREAT_IM_NEURO        | 1   | b12=low_molar_only neuro=headache
    N05  | TREAT_IM_NEURO        | 1   | b12=uncertain_low neuro=headache b12_therapy=lapsed
    N05  | TREAT_IM_NEURO        | 1   | b12=borderline mma=raised_renal neuro=definite
    N05  | TREAT_IM_NEURO        | 1   | b12=above mma=raised neuro=definite
    N05  | TREAT_IM_NEURO        | 1   | b12=stale mma=raised neuro=headache
    N05  | TREAT_IM_NEURO        | 1   | b12=above active_b12=low neuro=headache
    N05  | TREAT_IM_NEURO        | 1   | b12=treated_since mma=raised neuro=definite
    N05  | TREAT_IM_NEURO        | 1   | b12=stale_borderline mma=raised neuro=headache
    N05  | TREAT_IM_NEURO        | 1   | scope=age_unknown b12=low neuro=headache
    N06  | TREAT_IM_NEURO        | 1   | b12=borderline neuro_300=yes neuro=headache
    N06  | TREAT_IM_NEURO        | 1   | b12=uncertain neuro_300=yes neuro=definite
    N07  | TREAT_IM_STANDARD     | 2   | b12=low malabsorption=bariatric
    N07  | TREAT_IM_STANDARD     | 2   | b12=borderline mma=raised malabsorption=other
    N07  | TREAT_IM_STANDARD     | 2   | b12=low_molar_only malabsorption=crohn_ileal
    N08  | TREAT_IM_STANDARD     | 2   | b12=low
    N08  | TREAT_IM_STANDARD     | 2   | b12=uncertain_low neuro=diabetic_only
    N09  | TREAT_IM_STANDARD     | 2   | b12=low_molar_only mma=raised_renal_unknown
    N10  | TREAT_ORAL_OR_IM      | 2   | b12=borderline mma=raised
    N10  | TREAT_ORAL_OR_IM      | 2   | b12=above mma=raised neuro=diabetic_only
    N10  | TREAT_ORAL_OR_IM      | 2   | b12=borderline mma=raised neuro=nonspecific
    N10  | TREAT_ORAL_OR_IM      | 2   | b12=borderline mma=raised neuro=headache_old
    N11  | TREAT_IM_STANDARD     | 2   | b12=borderline mma=raised neuro=not_loaded malabsorption=not_loaded
    N11  | TREAT_IM_STANDARD     | 2   | b12=borderline active_b12=low
    N11  | TREAT_IM_STANDARD     | 2   | b12=never active_b12=low
    N11  | TREAT_IM_STANDARD     | 2   | b12=treated_since active_b12=low
    N11  | TREAT_IM_STANDARD     | 2   | b12=low_molar_only mma=not_raised active_b12=low
    N12  | ORDER_MMA             | 2   | b12=low_molar_only
    N13  | REVIEW_NEURO_BELOW_300| 2   | b12=low_molar_only mma=not_raised neuro=definite neuro_300=yes
    N13  | REVIEW_BORDERLINE     | 2   | b12=low_molar_only mma=not_raised
    N13  | REVIEW_BORDERLINE     | 2   | b12=low_molar_only mma=not_raised neuro=nonspecific malabsorption=other
    N14  | REVIEW_NEURO_BELOW_300| 3   | b12=borderline neuro_300=yes neuro=headache mma=not_raised
    N15  | ORDER_MMA             | 3   | b12=borderline neuro=headache
    N15  | ORDER_MMA             | 3   | b12=borderline neuro_300=yes neuro=diabetic_only
    N15  | ORDER_MMA             | 3   | b12=uncertain neuro=definite
    N15  | ORDER_MMA             | 3   | b12=borderline neuro_300=yes neuro=nonspecific
    N15  | ORDER_MMA             | 3   | b12=borderline neuro_300=yes neuro=headache_old
    N16  | ORDER_MMA             | 4   | b12=borderline
    N16  | ORDER_MMA             | 4   | b12=uncertain neuro_300=yes neuro=not_loaded
    N17  | REVIEW_MMA            | 3   | b12=above mma=raised_renal
    N17  | REVIEW_MMA            | 3   | b12=above mma=raised_renal_unknown neuro=definite
    N18  | CONSIDER_MMA          | 3   | b12=above neuro=headache
    N18  | CONSIDER_MMA          | 3   | b12=above neuro=diabetic_only
    N18  | CONSIDER_MMA          | 4   | b12=above b12_500=above_500 neuro=headache
    N18  | CONSIDER_MMA          | 4   | b12=above b12_500=above_500 neuro=diabetic_only tested=longer_ago
    N18  | CONSIDER_MMA          | 4   | b12=above b12_500=above_500 neuro=definite metformin=long_term
    N22  | ORDER_B12             | 3   | b12=above b12_500=above_500 neuro=definite metformin=long_term tested=longer_ago
    N28  | NO_ACTION             | 0   | b12=above neuro=nonspecific
    N19  | ORDER_B12             | 3   | b12=never mma=raised
    N19  | ORDER_B12             | 3   | b12=stale mma=raised_renal neuro=definite
    N20  | ORDER_B12             | 3   | b12=on_treatment b12_therapy=lapsed
    N20  | ORDER_B12             | 2   | b12=on_treatment b12_therapy=lapsed neuro=headache
    N20  | ORDER_B12             | 2   | b12=treated_since b12_therapy=lapsed malabsorption=pernicious_anaemia
    N20  | ORDER_B12             | 3   | b12=treated_since b12_therapy=lapsed neuro=nonspecific
    N20  | ORDER_B12             | 4   | b12=stale_borderline tested=longer_ago
    N20  | ORDER_B12             | 4   | b12=stale_borderline tested=longer_ago metformin=long_term
    N20  | ORDER_B12             | 3   | b12=stale_borderline tested=longer_ago neuro=headache_old
    N20  | ORDER_B12             | 3   | b12=stale_borderline tested=longer_ago mma=raised
    N20  | ORDER_B12             | 2   | b12=stale_borderline tested=longer_ago neuro=headache
    N21  | ORDER_MMA             | 4   | b12=never active_b12=indeterminate
    N21  | ORDER_MMA             | 3   | b12=never active_b12=indeterminate neuro=headache
    N21  | ORDER_MMA             | 3   | b12=stale active_b12=indeterminate neuro=nonspecific
    N21  | ORDER_MMA             | 4   | b12=stale active_b12=indeterminate
    N22  | ORDER_B12             | 3   | tested=never metformin=long_term neuro=headache
    N22  | ORDER_B12             | 3   | tested=longer_ago acid_suppressant=long_term neuro=diabetic_only
    N22  | ORDER_B12             | 3   | tested=longer_ago metformin=long_term neuro=nonspecific
    N22  | ORDER_B12             | 3   | tested=longer_ago metformin=long_term neuro=headache_old
    N23  | ORDER_B12             | 4   | tested=never diet=strict_vegetarian
    N23  | ORDER_B12             | 4   | tested=longer_ago malabsorption=other b12=above
    N23  | ORDER_B12             | 4   | tested=longer_ago deficiency_before=yes b12=stale
    N24  | ORDER_B12             | 3   | tested=never neuro=definite
    N24  | ORDER_B12             | 3   | tested=longer_ago b12=stale neuro=definite
    N25  | REVIEW_LOW_BEFORE     | 4   | b12=above deficiency_before=yes
    N25  | REVIEW_LOW_BEFORE     | 4   | b12=borderline mma=not_raised deficiency_before=yes
    N26  | CONTINUE_AND_MONITOR  | 0   | b12_therapy=im b12=on_treatment monitoring=not_due malabsorption=other
    N26  | CONTINUE_AND_MONITOR  | 0   | b12_therapy=oral b12=never monitoring=not_due malabsorption=none diet=strict_vegetarian
    N27  | NO_ACTION             | 0   | b12=borderline mma=not_raised
    N28  | NO_ACTION             | 0   | b12=never
    N28  | NO_ACTION             | 0   | tested=never neuro=headache
    N28  | NO_ACTION             | 0   | tested=never metformin=long_term n23_used=no
    N28  | NO_ACTION             | 0   | tested=never neuro=definite n24_used=no
    N28  | NO_ACTION             | 0   | b12=above mma=not_raised neuro=definite
    N28  | NO_ACTION             | 0   | tested=never metformin=shorter acid_suppressant=shorter
"""

SAFETY = """
    rule | alerts                       | pri | facts
    -----+------------------------------+-----+--------------------------------------------------------------------
    A01  | FOLATE_BEFORE_B12            | 1   | folic_acid=active b12=low
    A01  | FOLATE_BEFORE_B12            | 1   | folic_acid=active b12=borderline neuro_300=yes neuro=headache
    A01  | FOLATE_BEFORE_B12            | 1   | folic_acid=active b12=low scope=child
    A01  | FOLATE_BEFORE_B12            | 1   | folic_acid=active b12=low scope=age_unknown pregnancy=yes
    -    |                              | 0   | folic_acid=active b12=low scope=deceased
    -    |                              | 0   | folic_acid=active b12=low scope=opted_out
    -    |                              | 2   | folic_acid=none b12=low
    A02  | FOLATE_B12_UNKNOWN           | 3   | folic_acid=active metformin=long_term
    A02  | FOLATE_B12_UNKNOWN           | 3   | folic_acid=active b12=borderline diet=strict_vegetarian
    A02  | FOLATE_B12_UNKNOWN           | 3   | folic_acid=active b12=stale mma=raised deficiency_before=yes
    A02  | FOLATE_B12_UNKNOWN           | 3   | folic_acid=active b12=stale_borderline deficiency_before=yes
    -    |                              | 0   | folic_acid=active b12=borderline mma=not_raised metformin=long_term
    -    |                              | 0   | folic_acid=active metformin=shorter
    -    |                              | 0   | folic_acid=active b12=above metformin=long_term
    A03  | CYANOCOBALAMIN_RENAL         | 2   | b12_therapy=im cyanocobalamin=yes renal=reduced monitoring=not_due diet=strict_vegetarian
    A04  | CHECK_B12_FORM_RENAL         | 3   | b12_therapy=im cyanocobalamin=yes renal=possible monitoring=not_due
    A04  | CHECK_B12_FORM_RENAL         | 3   | b12_therapy=im cyanocobalamin=form_unknown renal=reduced monitoring=not_due
    A04  | CHECK_B12_FORM_RENAL         | 3   | b12_therapy=im cyanocobalamin=form_unknown renal=possible monitoring=not_due
    -    |                              | 0   | b12_therapy=im cyanocobalamin=yes renal=normal monitoring=not_due
    -    |                              | 0   | b12_therapy=im cyanocobalamin=yes renal=unknown monitoring=not_due
    -    |                              | 0   | b12_therapy=im cyanocobalamin=no renal=reduced monitoring=not_due
    A05  | THERAPY_LAPSED               | 2   | b12_therapy=lapsed malabsorption=other
    A05  | THERAPY_LAPSED               | 2   | b12_therapy=lapsed malabsorption=pernicious_anaemia
    A06  | THERAPY_STOPPED              | 4   | b12_therapy=lapsed deficiency_before=yes
    A06  | THERAPY_STOPPED              | 2   | b12_therapy=lapsed deficiency_before=yes neuro=definite
    A06  | THERAPY_STOPPED              | 4   | b12_therapy=lapsed deficiency_before=yes malabsorption=not_loaded diet=not_loaded
    -    |                              | 0   | b12_therapy=lapsed deficiency_before=yes diet=strict_vegetarian
    -    |                              | 0   | b12_therapy=lapsed
    A07  | ORAL_IN_PERNICIOUS_ANAEMIA   | 2   | b12_therapy=oral malabsorption=pernicious_anaemia monitoring=not_due
    -    |                              | 0   | b12_therapy=im malabsorption=pernicious_anaemia monitoring=not_due
    A08  | PERNICIOUS_ANAEMIA_UNTREATED | 2   | malabsorption=pernicious_anaemia
    A09  | ORAL_WHERE_IM_INDICATED      | 1   | b12_therapy=oral neuro=headache b12=low monitoring=not_due
    A09  | ORAL_WHERE_IM_INDICATED      | 1   | b12_therapy=route_unknown neuro=definite b12=borderline neuro_300=yes mma=not_raised monitoring=not_due
    A09  | ORAL_WHERE_IM_INDICATED      | 1   | b12_therapy=oral neuro=definite b12=on_treatment mma=raised monitoring=not_due
    A09  | ORAL_WHERE_IM_INDICATED      | 1   | b12_therapy=oral neuro=headache b12=on_treatment neuro_300=yes monitoring=not_due
    A09  | ORAL_WHERE_IM_INDICATED      | 1   | b12_therapy=oral neuro=headache b12=low_molar_only neuro_300=yes mma=not_raised monitoring=not_due
    -    |                              | 0   | b12_therapy=oral neuro=nonspecific b12=on_treatment neuro_300=yes monitoring=not_due
    -    |                              | 0   | b12_therapy=im neuro=headache b12=low monitoring=not_due
    -    |                              | 0   | b12_therapy=oral neuro=headache b12=on_treatment monitoring=not_due
    A10  | ORAL_WHERE_IM_INDICATED      | 2   | b12_therapy=oral b12=low monitoring=not_due
    A10  | ORAL_WHERE_IM_INDICATED      | 2   | b12_therapy=route_unknown b12=low_molar_only monitoring=not_due
    A10  | ORAL_WHERE_IM_INDICATED      | 2   | b12_therapy=oral malabsorption=crohn_ileal monitoring=not_due
    A11  | SYMPTOMS_RECUR               | 3   | b12_therapy=im neuro=headache neuro_timing=new_on_therapy monitoring=not_due
    -    |                              | 0   | b12_therapy=lapsed neuro=headache neuro_timing=new_on_therapy
    A12  | LOW_ON_TREATMENT             | 3   | b12_therapy=im b12=low b12_timing=late_on_therapy monitoring=not_due
    -    |                              | 0   | b12_therapy=im b12=low monitoring=not_due
    A13  | HOMOCYSTEINE_ABOVE_TARGET    | 4   | b12_therapy=im homocysteine=at_or_above_10 monitoring=not_due
    -    |                              | 0   | b12_therapy=im homocysteine=below_10 monitoring=not_due
    A14  | LOADING_INCOMPLETE           | 3   | b12_therapy=im loading=incomplete monitoring=not_due
    A14  | LOADING_INCOMPLETE           | 2   | b12_therapy=im loading=incomplete neuro=headache monitoring=not_due
    A15  | MMA_RAISED_ON_TREATMENT      | 3   | b12_therapy=im mma=raised mma_timing=late_on_therapy b12=on_treatment monitoring=not_due
    -    |                              | 0   | b12_therapy=im mma=raised_renal mma_timing=late_on_therapy b12=on_treatment monitoring=not_due
    -    |                              | 0   | b12_therapy=im mma=raised b12=on_treatment monitoring=not_due
    A16  | LIFELONG_SUPPLEMENT_MISSING  | 3   | absorption_lost=yes malabsorption=bariatric
    -    |                              | 2   | absorption_lost=yes malabsorption=bariatric b12=low
    -    |                              | 0   | absorption_lost=yes malabsorption=bariatric b12_therapy=not_loaded
    all  | CYANOCOBALAMIN_RENAL, ORAL_WHERE_IM_INDICATED, SYMPTOMS_RECUR, LOW_ON_TREATMENT | 1 | b12_therapy=oral cyanocobalamin=yes renal=reduced neuro=definite b12=low neuro_timing=new_on_therapy b12_timing=late_on_therapy
"""

CAUSE = """
    rule | cause         | facts
    -----+---------------+--------------------------------------------------------
    C01  | NONE          | malabsorption=other metformin=long_term
    C01  | NONE          | b12=borderline malabsorption=other mma=not_raised
    C02  | MALABSORPTION | b12=low malabsorption=bariatric metformin=long_term
    C02  | MALABSORPTION | b12_therapy=im malabsorption=other
    C02  | MALABSORPTION | b12_therapy=lapsed malabsorption=other
    C02  | MALABSORPTION | b12=borderline neuro_300=yes neuro=headache malabsorption=other
    C03  | MEDICATION    | b12=low metformin=long_term diet=strict_vegetarian
    C03  | MEDICATION    | b12=low acid_suppressant=long_term
    C04  | DIETARY       | b12=low diet=strict_vegetarian metformin=shorter
    C05  | UNKNOWN       | b12=low
    C05  | UNKNOWN       | b12_therapy=oral malabsorption=not_loaded
"""

FLAGS = """
    flags                                  | pri | facts
    ---------------------------------------+-----+----------------------------------------------------------
    ORDER_MMA                              | 1   | b12=low neuro=headache
                                           | 1   | b12=low neuro=headache mma=not_raised
    ORDER_MMA                              | 1   | b12=borderline neuro_300=yes neuro=headache
                                           | 2   | b12=low
    ORAL_MAINTENANCE_POSSIBLE              | 2   | b12=low diet=strict_vegetarian
                                           | 2   | b12=low diet=strict_vegetarian malabsorption=other
    ASSESS_SYMPTOMS                        | 0   | b12_therapy=im neuro=headache monitoring=not_due
    ASSESS_SYMPTOMS, MONITORING_DUE        | 4   | b12_therapy=im monitoring=due_3_months
    ASSESS_SYMPTOMS, MONITORING_DUE        | 4   | b12_therapy=im monitoring=due_6_months
    ASSESS_SYMPTOMS, MONITORING_DUE        | 4   | b12_therapy=im monitoring=due_12_months
    ASSESS_SYMPTOMS, MONITORING_DUE        | 4   | b12_therapy=im monitoring=due_annual
                                           | 0   | b12_therapy=im monitoring=not_due
    INVESTIGATE_CAUSE                      | 4   | b12_therapy=im monitoring=not_due cause_tests=missing
    INVESTIGATE_CAUSE                      | 4   | b12_therapy=im monitoring=not_due cause_tests=missing therapy_began=recently
    INVESTIGATE_CAUSE                      | 0   | b12_therapy=im monitoring=not_due cause_tests=missing therapy_began=long_ago
    INVESTIGATE_CAUSE                      | 0   | b12_therapy=im monitoring=not_due cause_tests=missing therapy_began=long_ago malabsorption=pernicious_anaemia
    INVESTIGATE_CAUSE                      | 2   | b12=low malabsorption=pernicious_anaemia b12_therapy=none cause_tests=missing
                                           | 0   | b12_therapy=im monitoring=not_due malabsorption=other cause_tests=missing
                                           | 0   | cause_tests=missing
    CLARIFY_RESECTION_LENGTH               | 0   | malabsorption=ileal_resection resection_length=unknown
                                           | 0   | malabsorption=ileal_resection resection_length=extensive
    RENAL_UNKNOWN_ON_B12                   | 0   | b12_therapy=im monitoring=not_due cyanocobalamin=yes renal=unknown
    RENAL_UNKNOWN_ON_B12                   | 0   | b12_therapy=im monitoring=not_due cyanocobalamin=form_unknown renal=unknown
    THERAPY_OVERDUE                        | 4   | b12_therapy=im monitoring=not_due b12_supply=overdue
                                           | 0   | scope=deceased b12_therapy=im monitoring=not_due b12_supply=overdue
    AGE_UNKNOWN                            | 0   | scope=age_unknown
    AGE_UNKNOWN, PATIENT_NOT_LOADED        | 0   | scope=age_unknown patient_row=not_loaded
    MEDICATIONS_NOT_LOADED                 | 0   | medications=not_loaded
    CONDITIONS_NOT_LOADED                  | 0   | conditions=not_loaded
    MEDICATIONS_NOT_UNDERSTOOD             | 0   | medications=not_understood
    CONDITIONS_NOT_UNDERSTOOD              | 0   | conditions=not_understood
    PREGNANCY_B12_UNRELIABLE               | 0   | pregnancy=yes
"""

COHORTS = """
    cohorts                                | facts
    ---------------------------------------+----------------------------------------------------------
    low_b12                                | b12=low
    low_b12                                | b12=uncertain_low
    borderline_b12                         | b12=low_molar_only
    borderline_b12                         | b12=borderline
    borderline_b12, functional_deficiency  | b12=borderline mma=raised_renal
    functional_deficiency                  | b12=uncertain mma=raised
    functional_deficiency                  | b12=above mma=raised_renal_unknown
    metformin_long_term                    | metformin=long_term
    acid_suppressant_long_term             | acid_suppressant=long_term
    post_bariatric                         | malabsorption=bariatric
    other_malabsorption                    | malabsorption=pernicious_anaemia
    other_malabsorption                    | malabsorption=other
    strict_vegetarian                      | diet=strict_vegetarian
    on_therapy                             | b12_therapy=route_unknown
                                           | b12_therapy=lapsed metformin=shorter acid_suppressant=shorter malabsorption=not_loaded
"""


def patients(table):
    "The rows of a table, with the facts of each patient, and what the definition and the SQL decide"
    rows = parse(table)
    combinations = [
        UNREMARKABLE | dict(fact.split("=") for fact in (row["facts"] or "").split())
        for row in rows
    ]
    assert all(
        facts[fact] in answers for facts in combinations for fact, answers in pack().facts.items()
    )
    assert all(set(facts) == set(UNREMARKABLE) for facts in combinations)
    names = (
        "rule",
        "next_step",
        "safety",
        "flags",
        "cohorts",
        "cause",
        "priority",
        "deficient",
        "at_risk",
        "treated",
        "symptom_to_test",
    )
    decided = ([by_definition(facts) for facts in combinations], by_sql(clinic(), combinations))
    for each in decided:
        yield from (
            (row, dict(zip(names, found, strict=True)))
            for row, found in zip(rows, each, strict=True)
        )


def test_next_step():
    for row, found in patients(NEXT_STEP):
        assert (found["rule"], found["next_step"], str(found["priority"])) == (
            row["rule"],
            row["next_step"],
            row["pri"],
        ), row


def test_every_rule_of_next_step_has_a_patient():
    assert sorted({row["rule"] for row in parse(NEXT_STEP)}) == [
        f"N{number:02}" for number in range(1, 29)
    ]
    assert {rule.id for rule in pack().decision("next_step").rules} == {
        f"N{number:02}" for number in range(1, 29)
    }


def test_safety():
    for row, found in patients(SAFETY):
        assert (", ".join(found["safety"]), str(found["priority"])) == (
            row["alerts"] or "",
            row["pri"],
        ), row


def test_every_alert_has_a_patient():
    rules = {rule.id: rule.outcome for rule in pack().decision("safety").rules}
    shown = {row["rule"]: row["alerts"] for row in parse(SAFETY) if row["rule"] not in ("-", "all")}
    assert shown == rules
    assert sorted(rules) == [f"A{number:02}" for number in range(1, 17)]


def test_cause():
    for row, found in patients(CAUSE):
        assert found["cause"] == row["cause"], row
    assert {row["rule"] for row in parse(CAUSE)} == {
        rule.id for rule in pack().decision("cause").rules
    }


def test_flags():
    for row, found in patients(FLAGS):
        assert (", ".join(found["flags"]), str(found["priority"])) == (
            row["flags"] or "",
            row["pri"],
        ), row
    shown = {flag for row in parse(FLAGS) for flag in (row["flags"] or "").split(", ") if flag}
    assert shown == {rule.id for rule in pack().decision("flags").rules}


def test_cohorts():
    for row, found in patients(COHORTS):
        assert ", ".join(found["cohorts"]) == (row["cohorts"] or ""), row
    shown = {
        cohort for row in parse(COHORTS) for cohort in (row["cohorts"] or "").split(", ") if cohort
    }
    assert shown == {rule.id for rule in pack().decision("cohorts").rules}


@pytest.mark.parametrize(
    "text", ["stop b12", "excluded", "normal b12", "deficiency is excluded", "b12 is normal"]
)
def test_nothing_that_is_said_is_a_verdict_or_an_order(text):
    said = [
        *pack().raw["actions"].values(),
        *(rule.because for decision in pack().decisions for rule in decision.rules),
    ]
    assert [sentence for sentence in said if text in sentence.lower()] == []
