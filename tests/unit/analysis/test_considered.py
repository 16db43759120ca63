"Which rules almost applied: one other answer to a base fact away, as urgent as the row or more, and near where it is a number."

from pipeline.analysis.considered import considered_rules, near_misses, would_change
from pipeline.protocol.pack import assess
from tests.clinic import pack
from tests.spec.test_rules import UNREMARKABLE

NOTHING = dict.fromkeys(
    ["b12_value", "active_b12_value", "mma_value", "homocysteine_value", "metformin_since", "acid_suppressant_since"]
)  # fmt: skip


def near(value=None, **facts):
    "With those that no value is near to"
    considered = lines(value, **facts)
    return {
        rule["rule"]: rule["distance"]
        for rule in [*near_misses(considered), *would_change(considered)]
    }


def lines(value, **facts):
    found = assess(pack(), UNREMARKABLE | facts)
    row = found["facts"] | NOTHING | {"b12_value": value, "priority": found["priority"]}
    return considered_rules(pack(), found["facts"], row)


def test_a_value_that_is_near_comes_first_with_its_distance():
    found = near(182.0, b12="low_molar_only", neuro_300="yes")
    assert next(iter(found.items())) == ("N08", "182 pg/mL: 2 above low")
    assert found["N05"] is None  # a neurological sign would do


def test_only_what_is_near_almost_applied():
    "What another answer would bring is told apart"
    considered = lines(182.0, b12="low_molar_only", neuro_300="yes")
    assert [rule["rule"] for rule in near_misses(considered)] == ["N08"]
    assert "N05" in {rule["rule"] for rule in would_change(considered)}


def test_a_value_that_is_far_is_no_near_miss():
    assert "N08" not in near(600.0, b12="above")


def test_only_what_is_as_urgent_as_the_row_or_more():
    assert "N16" not in near(150.0, b12="low", neuro_300="yes")
    assert "N05" in near(150.0, b12="low", neuro_300="yes")


def test_two_facts_away_is_not_near():
    "N06 needs both a borderline B12 and a neurological symptom"
    assert "N06" not in near(None)
    assert "N06" in near(250.0, b12="borderline", neuro_300="yes")


def test_each_rule_once_and_few():
    found = near(
        190.0, b12="low_molar_only", neuro_300="yes", folic_acid="active", metformin="long_term"
    )
    assert len(found) <= 6


def test_a_line_that_an_earlier_one_would_forestall_is_not_near():
    "With a low B12, N08 decides before N11; and no answer to the one fact that N11 lacks comes past N08 to N10"
    raised = {"b12": "low_molar_only", "neuro_300": "yes", "mma": "raised", "renal": "normal"}
    found = near(190.0, **raised)
    assert "N08" in found
    assert "N11" not in found


def test_a_line_with_the_next_step_that_the_patient_has_is_not_near():
    "A borderline B12 would be N06, and the regimen that N05 gives already"
    assert "N06" not in near(175.0, b12="low", neuro_300="yes", neuro="headache")


def test_a_distance_is_only_of_a_value_that_counts_as_it_is():
    "At 179 it would still be from before a treatment, out of date or taken on treatment"
    for word in ("treated_since", "stale", "on_treatment"):
        therapy = {"b12_therapy": "lapsed", "therapy_began": "long_ago"}
        found = near(182.0, b12=word, neuro_300="yes", tested="longer_ago", **therapy)
        assert not [rule for rule, distance in found.items() if distance and "182" in distance], (
            word
        )


def test_a_raised_mma_that_the_kidney_explains_is_not_nine_away():
    row = {"b12": "above", "mma": "raised_renal", "renal": "reduced", "neuro": "headache"}
    assert near(400.0, **row)["N05"] == "400 pg/mL: 50 above borderline"


def test_a_low_value_is_no_near_miss_of_a_better_one():
    assert "N12" not in near(175.0, b12="low", neuro_300="yes")


def test_an_alert_that_is_raised_already_is_not_near():
    found = near(150.0, b12="low", neuro_300="yes", folic_acid="active", medications="loaded")
    assert "A01" not in found


def test_what_contradicts_another_answer_is_not_near():
    "No lost absorption without malabsorption; with it, the alert is near"
    for malabsorption, is_near in (("none", False), ("bariatric", True)):
        found = assess(
            pack(), UNREMARKABLE | {"malabsorption": malabsorption, "absorption_lost": "no"}
        )
        row = found["facts"] | NOTHING | {"priority": 0}
        considered = considered_rules(pack(), found["facts"], row)["safety"]
        [line] = [rule for rule in considered if rule["rule"] == "A16"]
        assert line["near_miss"] == is_near, malabsorption


def test_an_excluded_patient_has_no_near_miss():
    assert not near(150.0, b12="low", neuro_300="yes", scope="deceased")
