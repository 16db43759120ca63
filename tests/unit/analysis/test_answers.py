"""What a patient's page says where the bare answer would mislead."""

from pipeline.analysis.answers import answer, plain_answer


def fact(name, word, *evidence, standing="usable"):
    rows = [
        {"on_day": day, "reported": text, "what": what, "standing": standing}
        for day, text, what in evidence
    ]
    return {"fact": name, "answer": word, "evidence": rows}


def test_an_old_result_is_named_and_never_measured_only_said_without_one():
    old = fact("mma", "never", ("2022-03-11", "210 nmol/L", "mma"), ("2020-01-02", "1", "mma"))
    assert answer(old, [old]) == "No current result (last: 210 nmol/L, 2022-03-11)"
    none = fact("mma", "never")
    assert answer(none, [none]) == "Never measured"
    other = fact("tested", "never")
    assert answer(other, [other]) == "Never"


def test_a_result_that_was_withdrawn_is_not_the_last_one():
    taken_back = fact("mma", "never", ("2026-03-11", "900 nmol/L", "mma"), standing="retracted")
    assert answer(taken_back, [taken_back]) == "No current result"
    kidney = fact("renal", "unknown", ("2026-03-11", "45", "egfr"), standing="retracted")
    kidney["evidence"] += fact("renal", "unknown", ("2022-07-18", "75", "egfr"))["evidence"]
    assert answer(kidney, [kidney]) == "Unknown, no current eGFR (last: 75, 2022-07-18)"


def test_missing_tests_for_the_cause_are_named():
    tests = fact("cause_tests", "missing")
    antibody = fact("malabsorption", "none", ("2024-01-01", "pos", "intrinsic_factor_antibody"))
    assert answer(tests, [tests, antibody]) == "Incomplete: gastrin not on file"
    assert answer(tests, [tests]).endswith("antibody and gastrin not on file")
    gastrin = fact("cause_tests", "missing", ("2024-01-01", "90 ng/L", "gastrin"))
    assert answer(gastrin, [gastrin, antibody]) == "Incomplete: antibody indeterminate"


def test_a_result_that_is_too_old_is_not_called_never_in_the_rules_either():
    for measured in ("b12", "active_b12", "mma", "homocysteine"):
        assert plain_answer("never", measured) == "no current result"
    assert plain_answer("never", "therapy_began") == "never"
