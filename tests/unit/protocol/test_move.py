"A pack with numbers moved: which may be, how an edge takes everything that touches it along, and what is refused"

from decimal import Decimal

import pytest

from pipeline.core.errors import UsageError
from pipeline.protocol.move import movable, moved
from pipeline.protocol.pack import load
from tests.local_bands import pack_with

PACK = load()


def edges(pack, fact):
    band = pack.raw["bands"][fact]
    return [
        {side: Decimal(str(row[side])) for side in ("from", "above", "to", "below") if side in row}
        for row in (*band["tiles"], *band.get("censored", ()))
    ]


def test_every_edge_and_setting_with_its_value():
    found = movable(PACK)
    assert found["b12.low"] == ("180", "pg/mL")
    assert found["b12.low_molar_only"][0] == "203.3055"
    assert found["mma.not_raised"] == ("271", "nmol/L")
    assert found["neuro_300.yes"][0] == "300"
    assert "b12.above" not in found  # it has no upper edge
    assert found["settings.tested_months"][0] == "12"
    assert "settings.done_recheck_days" not in found  # it acts on the items, after the screening
    assert {name.split(".")[0] for name in found} == {*PACK.raw["bands"], "settings"}


def test_an_edge_moves_on_both_its_sides():
    found = edges(moved(PACK, {"b12.low": "200"}), "b12")
    assert found[:2] == [{"below": 200}, {"from": 200, "below": Decimal("203.3055")}]
    assert found[2:] == edges(PACK, "b12")[2:]


def test_the_equal_edge_among_the_censored_moves_along():
    found = edges(moved(PACK, {"b12.low_molar_only": "210.5"}), "b12")
    assert [one["below"] for one in found if one.get("below") == Decimal("210.5")] == [
        Decimal("210.5")
    ] * 2
    assert {"from": Decimal("210.5"), "to": 350} in found


def test_an_edge_that_its_tile_includes():
    assert edges(moved(PACK, {"mma.not_raised": 376}), "mma") == [{"to": 376}, {"above": 376}]


def test_several_at_once_may_pass_where_one_may_not():
    assert edges(moved(PACK, {"b12.low": 250, "b12.low_molar_only": 260}), "b12")[1] == {
        "from": 250,
        "below": 260,
    }


def test_settings_keep_their_type():
    found = moved(PACK, {"settings.tested_months": "24", "settings.multivitamin_b12_mg": "0.1"})
    assert found.setting["tested_months"] == 24 and isinstance(found.setting["tested_months"], int)
    assert found.setting["multivitamin_b12_mg"] == 0.1


def test_the_pack_itself_stays_as_it_was():
    moved(PACK, {"b12.low": "200", "settings.tested_months": "24"})
    assert movable(PACK) == movable(load())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"b12.lo": 1}, "b12.lo cannot be changed. Names with their current values: b12.low=180"),
        ({"b12.above": 1}, "b12.above cannot be changed"),
        ({"b12.low": 205}, "b12.low = 205 must stay below b12.low_molar_only = 203.3055. Names with their current values: b12.low=180, b12.low_molar"),
        ({"b12.low": "203.3055"}, "must stay below"),
        ({"b12.borderline": 200}, "must stay below"),
        ({"b12.low": "nan"}, "above 0"),
        ({"b12.low": "inf"}, "above 0"),
        ({"b12.low": "-5"}, "above 0"),
        ({"b12.low": "1e9"}, "below 100 million"),
        ({"b12.low": "180.12345678901"}, "at most 10 decimal places"),
        ({"b12.low": "many"}, "is not a number"),
        ({"settings.tested_months": "1.5"}, "is not a whole number"),
        ({"settings.tested_months": "-1"}, "from 0 to below a million"),
        ({"settings.nothing": "1"}, "cannot be changed"),
        ({"settings.multivitamin_b12_mg": "nan"}, "from 0 to below a million"),
    ],
)  # fmt: skip
def test_what_is_refused_and_in_which_words(changes, said):
    with pytest.raises(UsageError) as refused:
        moved(PACK, changes)
    assert said in str(refused.value)


def test_an_edge_of_a_local_row_moves_alone():
    local = pack_with()
    found = movable(local)
    assert found["b12@north-2025.low"] == ("200", "pg/mL")
    assert found["b12@north-old.low"] == ("150", "pg/mL")
    assert found["neuro_300@east.yes"] == ("250", "pg/mL")
    assert found["b12.low"] == ("180", "pg/mL")
    after = moved(local, {"b12@north-2025.low": "210"})
    assert edges(after, "b12") == edges(local, "b12")
    north, old, *_ = after.raw["bands"]["b12"]["local"]
    assert [tile.get("below", tile.get("from")) for tile in north["tiles"][:2]] == [210, 210]
    assert old == local.raw["bands"]["b12"]["local"][1]
    assert movable(moved(local, {"b12.low": "170"}))["b12@north-2025.low"][0] == "200"


def test_a_local_edge_stays_below_the_next_one_of_its_row():
    with pytest.raises(
        UsageError,
        match=r"b12@north-2025.low = 401 must stay below b12@north-2025.borderline = 400",
    ):
        moved(pack_with(), {"b12@north-2025.low": "401"})
    with pytest.raises(UsageError, match=r"b12@south.low cannot be changed"):
        moved(pack_with(), {"b12@south.low": "401"})
