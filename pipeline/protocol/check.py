"""The checks of `b12 protocol check`: every problem of a pack as (file, line, message)."""

import csv
from functools import lru_cache

from pipeline.core import PROTOCOL, YAML_ERRORS, lines_of
from pipeline.protocol.check_bands import band_problems
from pipeline.protocol.check_digits import check_digit_is_wrong
from pipeline.protocol.pack import PACKS_KEPT, band_rows, load, unreadable
from pipeline.protocol.quality_settings import quality_setting_problems
from pipeline.protocol.reach import reach_problems

DECISION_FACTS = ("rule", "next_step", "cause")


def problems(pack, codes=PROTOCOL / "codes"):
    """Every problem of the pack and of the code files, as sorted (file, line, message). Raises
    InvalidProtocol for a pack whose structure is wrong."""
    try:
        found = _pack_problems(pack, load())
    except YAML_ERRORS as error:
        raise unreadable(pack.path, error) from None
    return sorted({*found, *_code_problems(codes), *quality_setting_problems()})


@lru_cache(PACKS_KEPT)
def _pack_problems(pack, shipped):
    lines = lines_of(pack.text)
    found = [
        *band_problems(pack, shipped),
        *_answer_problems(pack, shipped),
        *_setting_problems(pack, shipped),
        *_word_problems(pack),
        *(reach_problems(pack) if not any(_word_problems(pack)) else ()),
        *_citation_problems(pack),
    ]
    return [(str(pack.path), lines(where), message) for where, message in found]


def _setting_problems(pack, shipped):
    for name, entry in pack.raw["settings"].items():
        if (
            isinstance(entry["value"], bool)
            or not isinstance(entry["value"], int | float)
            or entry["value"] < 0
        ):
            yield ("settings", name), f"setting {name} is not a number of 0 or more"
    for name in shipped.raw["settings"].keys() - pack.raw["settings"].keys():
        yield ("settings",), f"setting {name} is missing"


def _answer_problems(pack, shipped):
    """A band gives answers of its fact. A band without a fact, such as that of the eGFR, is read by
    a SELECT and keeps the answers of the shipped pack."""
    bands, shipped_bands = pack.raw["bands"], shipped.raw["bands"]
    for name in sorted(shipped_bands.keys() - bands.keys()):
        yield ("bands",), f"band {name} is missing"
    for name, band in bands.items():
        known = pack.raw["facts"].get(name) or [
            row["answer"] for *_, row in band_rows(shipped_bands.get(name, {}))
        ]
        for *where, row in band_rows(band):
            if "answer" not in row:
                yield ("bands", name, *where), f"band {name}: a row has no answer"
            elif known and row["answer"] not in known:
                yield (
                    ("bands", name, *where),
                    f"band {name}: {row['answer']} is none of its answers",
                )


def _tables(pack):
    """(section, position, row, facts the row may read) of every row of every table, in the order of
    decision."""
    facts = dict(pack.raw["facts"])
    for name, entry in pack.raw["derived"].items():
        for position, when in enumerate(entry["yes_when"]):
            yield ("derived", name, "yes_when", position), {"id": name, "when": when}, dict(facts)
        facts[name] = ["yes", "no"]
    for section in ("next_step", "safety", "cause", "flags", "cohorts"):
        for position, row in enumerate(pack.raw[section]):
            yield (section, position), row, dict(facts)
        if section == "next_step":
            facts["rule"] = [row["id"] for row in pack.raw[section]]
            facts["next_step"] = list(pack.raw["actions"])
        if section == "cause":
            facts["cause"] = [row["outcome"] for row in pack.raw[section]]


def _word_problems(pack):
    for where, row, facts in _tables(pack):
        for fact, answers in row.get("when", {}).items():
            if fact not in facts:
                yield (
                    (*where, "when"),
                    f"{row['id']} reads the fact {fact}, which does not exist",
                )
                continue
            for answer in answers:
                if answer not in facts[fact]:
                    yield (
                        (*where, "when"),
                        f"{row['id']} requires {fact} = {answer}, but {fact} has no such answer",
                    )
        if where[0] == "next_step" and row["outcome"] not in pack.raw["actions"]:
            yield where, f"{row['id']} has the outcome {row['outcome']}, which is not an action"


def _citation_problems(pack):
    rows = [
        ((section, n), row)
        for section in ("next_step", "safety", "cause", "flags")
        for n, row in enumerate(pack.raw[section])
    ]
    for where, row in rows:
        if not row.get("because"):
            yield where, f"{row['id']} has no reason"
        if not row.get("cites") and (row.get("priority") or where[0] in ("safety", "flags")):
            yield where, f"{row['id']} has no citation (missing citation)"
        for cite in row.get("cites", ()):
            if cite.split(" §")[0] not in pack.raw["sources"]:
                yield (
                    where,
                    f"{row['id']} cites {cite}, which is not listed in the sources of this pack",
                )
    named = [
        (section, name, entry)
        for section in ("bands", "settings")
        for name, entry in pack.raw[section].items()
    ]
    yield from (
        ((section, name), f"{section[:-1]} {name} has no citation (missing citation)")
        for section, name, entry in named
        if not entry.get("cites")
    )


def _code_problems(folder):
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), start=2):
                if wrong := check_digit_is_wrong(row.get("code_system"), row.get("code")):
                    yield str(path), number, wrong
