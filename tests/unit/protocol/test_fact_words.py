"Every answer of the shipped pack has words and a meaning; what excludes what names facts that exist somewhere"

import csv

import pytest

from pipeline.protocol import fact_words
from pipeline.protocol.fact_words import FACT_CONSISTENCY, FACT_WORDS
from pipeline.protocol.labels import unit
from pipeline.protocol.pack import load

ROWS = list(csv.DictReader(FACT_WORDS.read_text(encoding="utf-8").splitlines()))
KINDS = ("plain", "finding", "unknown", "outside")


def test_every_answer_has_a_phrase_a_kind_and_a_meaning():
    pack = load()
    for fact, answers in pack.facts.items():
        assert fact_words.fact_meaning(pack, fact)
        for answer in answers:
            assert fact_words.phrases(fact, answer), f"add {fact}, {answer} to {FACT_WORDS.name}"
            assert fact_words.kind(fact, answer) in KINDS
            assert fact_words.answer_meaning(pack, fact, answer) != "–", (fact, answer)
        assert sum(fact_words.kind(fact, answer) == "plain" for answer in answers) == 1, fact
    for fact in pack.raw["derived"]:
        for answer in ("yes", "no"):
            assert fact_words.phrases(fact, answer), f"add {fact}, {answer} to {FACT_WORDS.name}"


def test_no_placeholder_is_left_over():
    pack = load()
    for fact, answers in pack.facts.items():
        texts = [fact_words.fact_meaning(pack, fact)]
        for answer in answers:
            texts += [
                fact_words.phrase(pack, fact, answer), fact_words.answer_meaning(pack, fact, answer),
            ]  # fmt: skip
        assert not any("{" in text or "_" in text for text in texts), texts


def test_no_row_stands_twice_and_every_kind_is_known():
    keys = [(row["fact"], row["answer"]) for row in ROWS]
    assert len(set(keys)) == len(keys)
    assert {row["kind"] for row in ROWS} <= {*KINDS, ""}


def test_what_excludes_what_names_facts_and_answers_that_have_words():
    known = {}
    for row in ROWS:
        known.setdefault(row["fact"], set()).add(row["answer"])
    for row in csv.DictReader(FACT_CONSISTENCY.read_text(encoding="utf-8").splitlines()):
        assert row["because"]
        for side in ("when", "then"):
            for fact, answers in fact_words._answers_by_fact(row[side]).items():
                assert set(answers) <= known[fact], row


@pytest.mark.parametrize(
    ("fact", "answer", "meaning"),
    [
        ("b12", "low", "< 180 pg/mL"), ("b12", "borderline", "≥ 203.3055 and ≤ 350 pg/mL"),
        ("b12", "uncertain", "reported only as below or above a limit"), ("metformin", "long_term", "for longer than 4 months"),
        ("homocysteine", "at_or_above_10", "≥ 10 µmol/L"), ("unheard_of", "thing", "–"),
    ],
)  # fmt: skip
def test_a_meaning_has_the_numbers_of_the_pack(fact, answer, meaning):
    assert fact_words.answer_meaning(load(), fact, answer) == meaning


def test_an_answer_without_words_is_written_with_its_label():
    assert fact_words.phrase(load(), "smoking", "ex_smoker") == "Smoking: ex smoker"
    assert fact_words.fact_meaning(load(), "smoking") == "Smoking"
    assert fact_words.kind("smoking", "never") == "plain"


def test_a_unit_as_it_is_written():
    assert unit("umol/L") == "µmol/L" and unit("mL/min/{1.73_m2}") == "mL/min/1.73 m²"
