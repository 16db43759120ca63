"""A pack with changed band edges and settings, for a what-if."""

from copy import deepcopy
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from pipeline.core import UsageError
from pipeline.protocol.local_bands import EDGES, GENERAL, judging_rows, local_rows
from pipeline.protocol.pack import band_rows

PLACES = 10  # of protocol.band


def movable(pack):
    """The numbers that may be changed: `{name: (value as text, unit or meaning)}`.

    `b12.low` is the edge above low, `b12@north-2026.low` that of a local row,
    `settings.tested_months` a setting.
    """
    edges = {
        f"{_name(fact, band_id)}.{tile['answer']}": (_plain(_edge(tile)), band["unit"])
        for fact, band in pack.raw["bands"].items()
        for band_id, row in judging_rows(band)
        for tile in row["tiles"]
        if _edge(tile) is not None
    }
    settings = {
        f"settings.{name}": (_plain(entry["value"]), entry["means"])
        for name, entry in pack.raw["settings"].items()
        if "acts_on" not in entry  # on the items, after the screening
    }
    return {**edges, **settings}


def moved(pack, changes):
    """The pack with every change of `{name: value}` made. An edge moves on both its sides, in the
    tiles and among the censored.

    Raises UsageError for an unknown name, for what is not a number, and where a band would end
    before it begins.
    """
    raw, known = deepcopy(pack.raw), movable(pack)
    for name, value in changes.items():
        if name not in known:
            raise UsageError(f"{name} cannot be changed. {_possible(known)}")
        section, _, answer = name.partition(".")
        if section == "settings":
            raw["settings"][answer]["value"] = _setting(
                name, value, raw["settings"][answer]["value"]
            )
        else:
            _move(_row_of(raw, section), answer, _number(name, value))
    _check_tiles(raw, known, changes)
    return replace(pack, raw=raw)


def _name(fact, band_id):
    return fact if band_id == GENERAL else f"{fact}@{band_id}"


def _row_of(raw, name):
    "The band of this name, or its local row"
    fact, _, band_id = name.partition("@")
    band = raw["bands"][fact]
    return next((row for row in local_rows(band) if row["id"] == band_id), band)


def _move(band, answer, value):
    edge = next(_edge(tile) for tile in band["tiles"] if tile["answer"] == answer)
    for *_, row in band_rows(band):
        for side in EDGES:
            if side in row and Decimal(str(row[side])) == Decimal(str(edge)):
                row[side] = value


def _edge(tile):
    return tile.get("to", tile.get("below"))


def _check_tiles(raw, known, changes):
    for fact in dict.fromkeys(name.partition(".")[0] for name in changes):
        if fact == "settings":
            continue
        tiles = [tile for tile in _row_of(raw, fact)["tiles"] if _edge(tile) is not None]
        edges = [Decimal(str(_edge(tile))) for tile in tiles]
        if wrong := next(
            (
                position
                for position in range(1, len(edges))
                if edges[position] <= edges[position - 1]
            ),
            None,
        ):
            below, above = (
                f"{fact}.{tiles[position]['answer']}" for position in (wrong - 1, wrong)
            )
            same_fact = {name: at for name, at in known.items() if name.startswith(f"{fact}.")}
            raise UsageError(
                f"{below} = {edges[wrong - 1]} must stay below {above} = {edges[wrong]}. "
                f"{_possible(same_fact)}"
            )


def _possible(known):
    return (
        "Names with their current values: "
        + ", ".join(f"{name}={value}" for name, (value, _) in known.items())
        + "."
    )


def _number(name, value):
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise UsageError(f"{name}={value} is not a number.") from None
    if not number.is_finite() or not 0 < number < 10**8 or _places(number) > PLACES:
        raise UsageError(
            f"{name}={value}: the value must be above 0 and below 100 million, with at most"
            f" {PLACES} decimal places."
        )
    return Decimal(_plain(number))


def _places(number):
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)  # a letter only in what is not finite
    return -exponent


def _setting(name, value, before):
    try:
        number = type(before)(str(value).strip())
    except ValueError:
        raise UsageError(
            f"{name}={value} is not a {'whole ' * isinstance(before, int)}number."
        ) from None
    if not 0 <= number < 10**6:
        raise UsageError(f"{name}={value}: the value must be from 0 to below a million.")
    return number


def _plain(number):
    return f"{Decimal(str(number)):f}"
