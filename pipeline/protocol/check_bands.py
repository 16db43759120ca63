"""The checks of the bands: each row of one tiles the number line, and each local row can be chosen,
says where it comes from and asks for something that a result can have. Problems are (way to the
value, message)."""

import re
from datetime import date, datetime
from fractions import Fraction

from pipeline.protocol.facts import is_declared
from pipeline.protocol.local_bands import EDGES, GENERAL, PREGNANCY, local_rows
from pipeline.protocol.pack import band_rows

HIGH_IS_WORSE = ("mma", "homocysteine")
NAMED = ("laboratory", "method", "source")  # what a local row may name, each as text
ASKED = (*NAMED, "valid_from", "valid_to", "age", "pregnant")
KEYS = {"id", *ASKED, "tiles", "censored", "cites"}
FLAG = "BAND_OF_OTHER_DATE"
ID = re.compile(r"[A-Za-z0-9_-]+")


def band_problems(pack, shipped):
    """The problems of every band's rows. shipped: the shipped pack, whose bands are those that the
    SELECTs read."""
    yield from _second_bands(pack.raw["bands"])
    for name, band in pack.raw["bands"].items():
        yield from _tile_problems(f"band {name}", ("bands", name), band["tiles"])
        if "local" in band:
            yield from _local_problems(pack, shipped, name, band)


def _second_bands(bands):
    "neuro_300 is the one band that is read beside another, and not for the word of a result"
    first = {}
    for name, band in bands.items():
        other = first.setdefault(band["analyte"], name) if name != "neuro_300" else name
        if other != name:
            yield (
                ("bands", name),
                (
                    f"band {name}: {band['analyte']} has a band already, {other}, and a result is"
                    " judged by one band"
                ),
            )


def _tile_problems(named, where, tiles):
    edge, inclusive = None, False
    for position, tile in enumerate(tiles):
        at = (*where, "tiles", position)
        low, low_included = _lower(tile)
        if (low, low_included) != (edge, not inclusive if edge is not None else False):
            yield (
                at,
                (
                    f"{named}: {tile['answer']} does not begin where the previous band ends"
                    " (gap or overlap)"
                ),
            )
        edge, inclusive = _upper(tile)
        if low is not None and edge is not None and low >= edge:
            yield at, f"{named}: {tile['answer']} is empty"
    if edge is not None:
        yield where, f"{named} does not cover all values up to the end (gap)"


def _exact(number):
    return None if number is None else Fraction(str(number))


def _lower(tile):
    return _exact(tile.get("from", tile.get("above"))), "from" in tile


def _upper(tile):
    return _exact(tile.get("to", tile.get("below"))), "to" in tile


def _local_problems(pack, shipped, name, band):
    where, rows = ("bands", name, "local"), local_rows(band)
    if name not in shipped.raw["bands"]:
        known = ", ".join(shipped.raw["bands"])
        yield where, f"band {name} cannot have local rows; these can: {known}"
    if FLAG not in {row["id"] for row in pack.raw["flags"]}:
        yield where, f"band {name} has local rows, but {FLAG} is not among the flags"
    for position, row in enumerate(rows):
        named, at = f"band {name}, local row {row.get('id', position + 1)}", (*where, position)
        found = [
            *_id_problems(row, [other.get("id") for other in rows[:position]]),
            *_scope_problems(row),
            *_date_problems(row),
            *_patient_problems(row),
            *_pregnancy_problems(row, pack),
            *_citation_problems(row, pack),
        ]
        yield from ((at, f"{named} {problem}") for problem in found)
        yield from _row_problems(named, at, name, band, row)
        covering = [] if found else [one["id"] for one in rows[:position] if _covers(one, row)]
        if covering:
            yield at, f"{named} can never be chosen: {covering[0]}, above it, covers it"


def _id_problems(row, before):
    if not ID.fullmatch(str(row.get("id", ""))) or row["id"] == GENERAL:
        yield "needs an id of letters, digits, - and _, other than general"
    elif row["id"] in before:
        yield "has the id of another row"
    for key in sorted(row.keys() - KEYS):
        yield f"has the key {key}, which has no meaning; it may have: {', '.join(sorted(KEYS))}"


def _scope_problems(row):
    if not any(name in row for name in ASKED):
        yield f"asks for nothing, so it would replace the general row: name {', '.join(ASKED)}"
    for name in NAMED:
        text = row.get(name, "x")
        if not isinstance(text, str) or not text.strip().rstrip("*") or "*" in text.strip()[:-1]:
            yield f"needs a text for {name}; a * may stand at its end for any ending"


def _date_problems(row):
    days = {name: row[name] for name in ("valid_from", "valid_to") if name in row}
    wrong = [name for name, day in days.items() if not _is_day(day)]
    yield from (
        f"needs a day such as 2026-07-01, without quotation marks, for {name}" for name in wrong
    )
    if len(days) == 2 and not wrong and days["valid_from"] > days["valid_to"]:
        yield "ends (valid_to) before it begins (valid_from)"


def _is_day(value):
    return isinstance(value, date) and not isinstance(value, datetime)


def _patient_problems(row):
    age = row.get("age", {"from": 0})
    is_range = isinstance(age, dict) and age and not age.keys() - {"from", "below"}
    if not is_range or not all(type(years) is int and years >= 0 for years in age.values()):
        yield "needs for age whole years at collection: {from: 60}, {below: 18} or both"
    elif age.get("from", -1) >= age.get("below", 1000):
        yield "is of an age that nobody has (from must be less than below)"
    if row.get("pregnant", True) is not True:
        yield "can ask for `pregnant: true` alone; the general row judges who is not known to be"


def _pregnancy_problems(row, pack):
    "Results come before facts: only what is known of any day can choose their limits"
    entry = pack.raw["facts"].get(PREGNANCY)
    lines = entry.get("answers", ()) if is_declared(entry) else ()
    if row.get("pregnant") is True and not (lines and all(map(_tells_of_a_day, lines))):
        yield (
            "asks for pregnancy, which is known of the day of collection only where each line of"
            f" the fact {PREGNANCY} answers yes and has coded: and within_days: or within_months:,"
            " and not unless:"
        )


def _tells_of_a_day(line):
    is_dated = "within_days" in line or "within_months" in line
    return line.get("answer") == "yes" and "coded" in line and is_dated and "unless" not in line


def _citation_problems(row, pack):
    if not row.get("cites"):
        yield "has no citation (missing citation)"
    for cite in row.get("cites") or ():
        if str(cite).split(" §")[0] not in pack.raw["sources"]:
            yield f"cites {cite}, which is not listed in the sources of this pack"


def _row_problems(named, where, name, band, row):
    if not row.get("tiles"):
        yield where, f"{named} has no tiles"
        return
    yield from _tile_problems(named, where, row["tiles"])
    known = {each.get("answer") for *_, each in band_rows(band)}
    for part, position, each in band_rows(row):
        if each.get("answer") not in known:
            yield (
                (*where, part, position),
                (f"{named}: {each.get('answer')} is no answer of the general row"),
            )
    order = [each["answer"] for each in band["tiles"]]
    places = [order.index(each["answer"]) for each in row["tiles"] if each["answer"] in order]
    worst = order[-1 if band["analyte"] in HIGH_IS_WORSE else 0]
    if len(places) == len(row["tiles"]) and order.index(worst) not in places:
        what = f"leaves out {worst}, so no result that it judges would be called so, however bad"
        yield where, f"{named} {what}: give it the limit of its laboratory"
    if places != sorted(set(places)):
        yield where, f"{named}: its answers are not in the order of the general row, each once"
    censored = row.get("censored") or ()
    if len(censored) > 2 or any(not set(EDGES) & each.keys() for each in censored[:-1]):
        yield where, f"{named}: a censored row after one without edges, or a third, is never used"
    if name == "neuro_300" and not _is_one_edge(row):
        yield where, f"{named}: neuro_300 has `yes`, below an edge, and `no`, from it on, alone"


def _is_one_edge(row):
    shape = [(each.get("answer"), *sorted(set(EDGES) & each.keys())) for each in row["tiles"]]
    return shape == [("yes", "below"), ("no", "from")] and "censored" not in row


def _covers(above, row):
    "Whether every result that fits a row fits the one above it"
    return (
        all(_is_within(row.get(name), above.get(name)) for name in NAMED)
        and ("valid_from" not in above or above["valid_from"] <= row.get("valid_from", date.min))
        and ("valid_to" not in above or above["valid_to"] >= row.get("valid_to", date.max))
        and _age(above)[0] <= _age(row)[0]
        and _age(above)[1] >= _age(row)[1]
        and ("pregnant" not in above or "pregnant" in row)
    )


def _is_within(text, wider):
    if wider is None or text is None:
        return wider is None
    text, wider = text.strip().lower(), wider.strip().lower()
    if wider.endswith("*"):
        return text.rstrip("*").startswith(wider[:-1])
    return text == wider


def _age(row):
    age = row.get("age", {})
    return age.get("from", -1), age.get("below", 10**6)
