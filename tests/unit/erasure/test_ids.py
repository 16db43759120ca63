"""Whether an id stands in a text: most texts are told apart by their letters and digits alone, which must change no answer."""

from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.erasure.ids import Ids
from pipeline.profiles import PatientId

ID = "Ab-10_034"
SPELLED = [
    ID, "Ab-10 _034", "A\u200bb-10_0\u00a034", "'Ab-10_034", '="Ab-10_034"', "\ufeffAb-10_034", "x;Ab-10_034;y", "(Ab-10_034)", "ü Ab-10_034 é", "Ab-10_034.0",
    "PID: Ab-10_034/3", "Ab-10\x00_034", "A\u0301 x\tAb-10_034",
]  # fmt: skip
OTHERS = ["", "Ab-10_0345", "xAb-10_034", "Ab-10_034x", "Ab10034", "ab-10_034", "Ab-10;_034"]
PIECES = st.sampled_from([
    *ID, ID, ID[:4], ID[4:], " ", "\t", "\n", "\u00a0", "\u200b", "\u0301", "\x00", ";", ",", '"', '="', "'", "/", ".0", ".", "0", "é", "K", "\u212a", "\ud800", "10e",
])  # fmt: skip


def slowly():
    "The answer by the words alone"
    return patch.object(Ids, "_may_be_named_in", lambda *_: True)


@pytest.mark.parametrize("text", SPELLED)
def test_an_id_is_found_however_it_is_spelled(text):
    assert Ids(frozenset({ID})).are_named_in(text)


@pytest.mark.parametrize("text", OTHERS)
def test_another_id_is_not_taken_for_it(text):
    assert not Ids(frozenset({ID})).are_named_in(text)


def test_ids_that_a_profile_spells_otherwise_are_looked_for_among_the_words():
    spelled = Ids.of({"0070003"}, PatientId(digits_only=True, width=7))
    assert spelled.are_named_in("x,P-7a0003,y") and not spelled.are_named_in("x,P-70004,y")


@settings(max_examples=500)
@example("10e\u0301", "10e")  # an id, and a mark that would be one letter with its last
@given(
    st.lists(PIECES, max_size=14).map("".join),
    st.sampled_from([ID, "10034", "K9", "10e", "Müller-1"]),
)
def test_the_short_way_changes_no_answer(text, number):
    ids = Ids(frozenset({number}))
    with slowly():
        expected = ids.are_named_in(text)
    assert ids.are_named_in(text) == expected
