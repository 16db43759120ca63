"What pages say of packs: what differs in words, and whether a pack counts headaches"

import re

import pytest

from pipeline.protocol import load
from pipeline.web.packs import differences_in_words, offered
from pipeline.web.patients import _counts_headache


@pytest.mark.parametrize("name", ["nice-ng239", "aafp-2025", "local-lab-example"])
def test_what_differs_has_no_codes_and_begins_with_a_capital(name):
    found = differences_in_words(load(), load(name))
    sentences = [each for said in found.values() for each in said]
    assert len(sentences) > 100
    assert [each for each in sentences if re.search(r"[A-Za-z0-9]_[A-Za-z0-9]", each)] == []
    assert [each for each in sentences if each[0].islower() and not each.startswith("eGFR")] == []


def test_a_pack_does_not_differ_from_itself():
    assert differences_in_words(load(), load()) == {}


def test_the_packs_of_the_folder_are_offered_by_their_names():
    assert set(offered()) == {"aafp-2025", "local-lab-example", "nice-ng239", "praxis-2026"}


@pytest.mark.parametrize(
    ("name", "counts"),
    [("praxis-2026", True), ("nice-ng239", False), ("aafp-2025", False)],
)
def test_whether_headaches_count(name, counts):
    assert _counts_headache(load(name)) is counts
