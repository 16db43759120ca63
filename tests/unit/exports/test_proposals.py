"Which tests the next steps of the shipped packs propose"

import pytest

from pipeline.core import PROTOCOL
from pipeline.exports.proposals import proposed
from pipeline.protocol.pack import load

PACKS = sorted(path.stem for path in PROTOCOL.glob("*.yaml"))


@pytest.mark.parametrize("name", PACKS)
def test_every_missing_test_of_a_shipped_pack_is_proposed(name):
    asking = [action for action in load(name).raw["actions"] if action.startswith("ORDER_")]
    assert asking
    assert all(proposed({"next_step": action, "flags": ()}) for action in asking)


def test_active_b12_and_homocysteine_are_proposed_by_their_loinc_codes():
    found = [
        proposed({"next_step": action, "flags": None})
        for action in ("ORDER_ACTIVE_B12", "ORDER_HOMOCYSTEINE")
    ]
    assert [list(each) for each in found] == [["holotc_active_b12"], ["homocysteine_molar"]]
    assert [each.because for one in found for each in one.values()] == [
        "order active b12",
        "order homocysteine",
    ]
