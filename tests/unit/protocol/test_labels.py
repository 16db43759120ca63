"Codes as people read them, and other texts left alone"

import pytest

from pipeline.core import PROTOCOL
from pipeline.protocol import labels as words
from pipeline.protocol.pack import load

PACKS = sorted(path.stem for path in PROTOCOL.glob("*.yaml"))


@pytest.mark.parametrize(
    ("code", "at_first", "within"),
    [
        ("ORDER_MMA", "Missing test: MMA", "missing test: MMA"),
        ("b12_therapy", "B12 therapy", "B12 therapy"),
        ("egfr", "eGFR", "eGFR"),
        ("mma", "MMA", "MMA"),
        (
            "raised_renal",
            "Raised; kidney function may explain it",
            "raised; kidney function may explain it",
        ),
        (
            "raised_renal_unknown",
            "Raised; kidney function may explain it",
            "raised; kidney function may explain it",
        ),
        ("unheard_of_thing", "Unheard of thing", "unheard of thing"),
        (
            "ICD10CM Z98.84, by Demo Clinic",
            "ICD10CM Z98.84, by Demo Clinic",
            "ICD10CM Z98.84, by Demo Clinic",
        ),
        (None, "–", "–"),
    ],
)
def test_a_code_in_words(code, at_first, within):
    assert (words.word(code), words.low(code)) == (at_first, within)


@pytest.mark.parametrize("name", PACKS)
def test_every_action_and_fact_of_a_shipped_pack_reads_as_words(name):
    pack = load(name)
    for code in (
        *pack.raw["actions"],
        *pack.facts,
        *pack.raw["derived"],
        *(row["id"] for row in pack.raw["flags"]),
    ):
        assert "_" not in words.word(code)


@pytest.mark.parametrize("name", PACKS)
def test_a_treatment_is_an_option_and_a_test_is_missing_never_ordered(name):
    said = {code: words.word(code) for code in load(name).raw["actions"]}
    for code, text in said.items():
        assert not code.startswith("TREAT_") or text.startswith("Treatment option: "), code
        assert not code.startswith("ORDER_") or text.startswith("Missing test: "), code


@pytest.mark.parametrize("name", PACKS)
def test_an_alert_with_a_priority_says_what_it_asks_for(name):
    pack = load(name)
    rows = [*pack.raw["safety"], *pack.raw["flags"]]
    asking = {row.get("outcome", row["id"]) for row in rows if row["priority"]}
    assert sorted(asking - words.ASKS.keys()) == []


def test_marks_are_shown_and_the_rest_is_escaped():
    text = str(words.marked("<b> once [OURS]; not (other guidelines differ), see §F."))
    assert "&lt;b&gt;" in text and '<span class="mark mark-ours">[OURS]</span>' in text
    assert (
        '<span class="mark mark-other">(other guidelines differ)</span>' in text
        and '<span class="mark mark-section">§F</span>' in text
    )


def test_what_changed_is_spoken():
    assert (
        words.spoken("tested: recent → longer_ago; result withdrawn by f.csv:2")
        == "B12 tested: recent → longer ago; result withdrawn by f.csv:2"
    )
    assert words.spoken("he said: no") == "he said: no"
    assert (
        words.spoken("neuro: none → headache_old since 2023-08-17")
        == "Neurological signs: none → headache old since 2023-08-17"
    )
    assert words.spoken("NO_ACTION: MMA not raised.") == "no further step: MMA not raised."
    assert words.spoken(
        "B12: low, 110 pg/mL on 2026-01-10 → never; alerts gone: SYMPTOMS_RECUR"
    ) == ("B12: low, 110 pg/mL on 2026-01-10 → never; alerts gone: symptoms recur")
    assert words.spoken("kim → lee") == "kim → lee"


@pytest.mark.parametrize("fact", load().facts)
def test_no_answer_to_a_fact_is_shown_as_its_code(fact):
    for answer in load().facts[fact]:
        said = words.spoken(f"{fact}: never → {answer}, 420 nmol/L on 2026-09-27")
        assert "_" not in said and said.endswith("420 nmol/L on 2026-09-27"), said
        assert "_" not in words.spoken(f"MMA: {answer}, 1 → never; {fact}: {answer} → {answer}")


def test_a_citation_names_its_source():
    sources = load().raw["sources"]
    assert "NG239" in words.source_of("NICE", sources)
    assert "Headaches" in words.source_of("SEED §F", sources)
    assert words.source_of("unknown", sources) == ""
