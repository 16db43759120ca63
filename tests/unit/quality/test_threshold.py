"""Thresholds in words, and sentences with the numbers of their expectation."""

import pytest

from pipeline.quality.results import sentence_of
from pipeline.quality.threshold import threshold, with_numbers

BETWEEN = "expect_column_values_to_be_between"
IN_SET = "expect_column_values_to_be_in_set"


@pytest.mark.parametrize(("expectation", "kwargs", "said"), [
    (BETWEEN, {"column": "patients", "min_value": 1}, "at least 1"),
    (BETWEEN, {"column": "share_rejected", "max_value": 0.05}, "at most 5 %"),
    (BETWEEN, {"column": "ratio", "min_value": 0.8, "max_value": 1.25}, "between 0.8 and 1.25"),
    (BETWEEN, {"column": "lost", "min_value": 0, "max_value": 0}, "exactly 0"),
    (BETWEEN, {"column": "n", "min_value": 1, "strict_min": True}, "above 1"),
    (BETWEEN, {"column": "n", "max_value": 1, "mostly": 0.95}, "at most 1, in at least 95 % of the rows"),
    (IN_SET, {"column": "is_old", "value_set": [False]}, "not old"),
    (IN_SET, {"column": "is_known", "value_set": [True]}, "known"),
    (IN_SET, {"column": "sex", "value_set": ["female", "male"]}, "one of female, male"),
    (IN_SET, {"column": "sex", "value_set": [*"abcdefg"]}, "one of 7 known values"),
    ("expect_column_values_to_match_regex", {"column": "nhs", "regex": "^[0-9]+$"}, "match regex, regex ^[0-9]+$"),
])  # fmt: skip
def test_a_threshold_reads_as_words(expectation, kwargs, said):
    assert threshold(expectation, kwargs) == said


@pytest.mark.parametrize(("sentence", "said"), [
    ("At most {max_value} of the rows.", "At most 40 % of the rows."),
    ("Up to {min_value:day}.", "Up to 1 day."),
    ("A {value} of a site's own.", "A {value} of a site's own."),
    ("A brace } alone.", "A brace } alone."),
])  # fmt: skip
def test_a_sentence_names_the_numbers_in_force(sentence, said):
    kwargs = {"column": "share_rejected", "max_value": 0.4, "min_value": 1}
    assert with_numbers(sentence, kwargs) == said


@pytest.mark.parametrize(("outcome", "said"), [
    ("passed", "Nobody is gone."), ("failed", "Nobody may be gone."), ("error", "Nobody may be gone."),
])  # fmt: skip
def test_an_expectation_with_one_sentence_says_that(outcome, said):
    assert (
        sentence_of({"note": "Nobody may be gone.", "passed": "Nobody is gone."}, outcome, {})
        == said
    )
