"""Each expectation says what was found in words of its own: one sentence where it passed, another where it failed."""

import json
import string

import pytest

from pipeline.core.config import EXPECTATIONS
from pipeline.quality.threshold import threshold, with_numbers

EACH = [
    pytest.param(expectation, id=f"{file.parent.name}.{file.stem}-{place}")
    for file in sorted(EXPECTATIONS.glob("*/*.json"))
    for place, expectation in enumerate(json.loads(file.read_text())["expectations"])
]
SAID = ("note", "passed", "failed")


@pytest.mark.parametrize("expectation", EACH)
def test_it_has_a_sentence_for_each_outcome_with_its_own_numbers(expectation):
    meta, kwargs = expectation["meta"], expectation["kwargs"]
    sentences = [with_numbers(meta[said], kwargs) for said in SAID]
    assert len({*sentences}) == len(SAID)
    assert all(sentence.endswith(".") and "{" not in sentence for sentence in sentences)


@pytest.mark.parametrize("expectation", EACH)
def test_a_number_that_a_site_may_change_is_in_no_sentence_by_itself(expectation):
    "A share or a ratio that is written out is wrong at the first site that moves it"
    if expectation["meta"].get("is_fixed") or "max_value" not in expectation["kwargs"]:
        return
    if expectation["kwargs"]["max_value"] == 0:
        return
    named = {
        name for said in SAID for _, name, *_ in string.Formatter().parse(expectation["meta"][said])
    }
    assert "max_value" in named


@pytest.mark.parametrize("expectation", EACH)
def test_its_threshold_is_in_words(expectation):
    said = threshold(expectation["type"], expectation["kwargs"])
    assert not any(raw in said for raw in ("_", "True", "False", "min ", "max ", "in set", "{"))
