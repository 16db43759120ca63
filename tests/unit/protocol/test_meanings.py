"Each concept has a meaning in words, and those whose name says a route have one."

import re

from pipeline.protocol.tables import vocabulary


def test_every_meaning_of_a_concept_is_said_in_words_once():
    meant = {(row["fact"], row["means"]) for row in vocabulary("concept")}
    said = [(row["fact"], row["means"]) for row in vocabulary("concept_meaning")]
    assert sorted(said) == sorted(meant)
    assert all(row["title"] and row["does"] for row in vocabulary("concept_meaning"))


def test_a_trap_says_what_it_is():
    assert [
        row for row in vocabulary("concept") if row["fact"] == "trap" and not row["wording"]
    ] == []


def test_a_concept_that_names_a_route_has_it():
    routes = {row["concept"]: row["kind"] for row in vocabulary("concept_route")}
    named = {row["concept"]: re.search("_(injection|oral|nasal)(_|$)", str(row["concept"]))
             for row in vocabulary("concept") if row["fact"] == "b12_therapy"}  # fmt: skip
    wanted = {concept: "injection" if found[1] == "injection" else "oral" for concept, found in named.items() if found}  # fmt: skip
    assert wanted.items() <= routes.items()
    assert set(routes) <= set(named)


def test_the_words_of_routes_and_forms_are_known():
    kinds = {
        row["kind"] for name in ("route", "dose_form", "concept_route") for row in vocabulary(name)
    }
    assert kinds == {"injection", "oral"}
    forms = [row["form"] for row in vocabulary("dose_form")]
    assert len(forms) == len(set(forms))
