"Values in the texts of a pack, as Python fills them in, and what `protocol check` says of them."

import pytest

from pipeline.protocol.placeholders import (
    has_values,
    placeholder_problems,
    with_values,
    without_values,
)
from tests.clinic import pack
from tests.unit.protocol.declared import with_facts

TEXT = "B12 {b12.value} on {b12.date}."
NITROUS = {"answers": [{"answer": "used", "coded": ["nitrous*"]}], "otherwise": "none"}


def test_a_value_takes_the_place_of_its_name_and_what_is_absent_is_said():
    assert (
        with_values(TEXT, ["b12.value=<150 pg/mL", "b12.date=2026-01-05"])
        == "B12 <150 pg/mL on 2026-01-05."
    )
    assert with_values(TEXT, ["b12.value=a=b"]) == "B12 a=b on not on file."
    assert with_values("Plain.", None) == "Plain."


def test_a_value_that_looks_like_a_placeholder_is_not_filled_again():
    assert (
        with_values(TEXT, ["b12.value={b12.date}", "b12.date=2026-01-05"])
        == "B12 {b12.date} on 2026-01-05."
    )


def test_a_text_of_no_patient():
    assert without_values(TEXT) == "B12 (b12 value) on (b12 date)."
    assert has_values(TEXT)
    assert not has_values("Plain.")


@pytest.mark.parametrize(
    "text", ["Plain.", TEXT, "{mma.age} {neuro.sign} {metformin.since} {b12_therapy.since}"]
)
def test_names_that_exist(text):
    assert list(placeholder_problems(pack(), text)) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{b12.colour}", "of b12 it may name {b12.value}, {b12.date}, {b12.age}"),
        ("{patient.name}", "{patient.name} is no value that a text may name"),
        ("{tested.since}", "{tested.since} is no value"),
        ("{value}", "{value} is no value"),
        ("{b12.value", "a brace is open"),
        ("b12.value}", "a brace is open"),
    ],
)
def test_names_that_do_not(text, said):
    assert any(said in what for what in placeholder_problems(pack(), text))


def test_a_fact_of_the_packs_own_has_a_sign_and_a_since():
    mine = with_facts(nitrous=NITROUS)
    assert list(placeholder_problems(mine, "{nitrous.sign} {nitrous.since}")) == []
    assert list(placeholder_problems(mine, "{nitrous.value}")) != []
