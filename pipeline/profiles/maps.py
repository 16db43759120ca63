"""Maps: a steward's answers, what the local codes and units of a source stand for."""

import csv
import hashlib
import io
import os
from collections import Counter
from functools import cache, lru_cache

from pipeline.core import ENTITIES, PROTOCOL, SQL, Malformed, printable, read_text
from pipeline.engine import connect
from pipeline.profiles.guarded import unguarded
from pipeline.protocol import loinc_is_valid

MAP_HEADER = ("entity", "kind", "code_system", "delivered", "map_to_system", "map_to")


def filled(path):
    """The rows of a steward's map that have an answer, as dicts of MAP_HEADER. Raises Malformed,
    and OSError."""
    answers = [
        {name: _cell(row[name]) for name in MAP_HEADER}
        for row in map_rows(path)
        if _cell(row["map_to"])
    ]
    if wrong := [f"{_named(row)}: {why}" for row in answers if (why := _wrong(row))]:
        raise Malformed(f"{path.name}: {'; '.join(wrong)}")
    if twice := _answered_twice(answers):
        raise Malformed(f"{path.name} answers twice for {', '.join(map(shown, twice))}")
    return answers


def map_rows(path):
    """The rows of a map as they stand in it, with an answer or not, as dicts of text. Raises
    Malformed, and OSError."""
    reader = csv.DictReader(io.StringIO(read_text(path).removeprefix("\ufeff"), newline=""))
    try:
        rows = list(reader)
    except csv.Error:
        raise Malformed(f"line {reader.line_num} of it is not CSV") from None
    if missing := [name for name in MAP_HEADER if name not in (reader.fieldnames or ())]:
        raise Malformed(f"{path.name} lacks the column {', '.join(missing)}")
    return rows


def joined(maps):
    """The rows of several maps: an answer that two of them give alike counts once. Raises Malformed
    where they differ."""
    alike = {
        (answered(row), (row["map_to_system"] or "").upper(), row["map_to"].upper()): row
        for rows in maps
        for row in rows
    }
    rows = tuple(alike.values())
    if twice := _answered_twice(rows):
        raise Malformed(f"two maps answer differently for {', '.join(map(shown, twice))}")
    return rows


def digest_of(rows):
    """What the answers of maps make rows read as, as a short text: two maps of one digest read
    every row alike. An answer that a code is not relevant leaves it as it was."""
    read = sorted(
        (*map(str, answered(row)), (row["map_to_system"] or "").upper(), row["map_to"])
        for row in rows
        if row["map_to"].lower() != "none"
    )
    return hashlib.sha256(repr(read).encode()).hexdigest()[:16]


def shown(delivered, most=60):
    """A delivered code or unit in a message: on one line, and not too long."""
    text = printable(delivered).replace("\n", "%0A").replace("\t", "%09")
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _answered_twice(answers):
    "What is delivered in rows that answer one question, in order"
    counts = Counter(answered(row) for row in answers)
    counts.update(
        answered({**row, "code_system": None})
        for row in answers
        if row["code_system"] and row["kind"] == "code"
    )
    open_ones = {answered(row) for row in answers if not row["code_system"]}
    return sorted(
        {
            row["delivered"]
            for row in answers
            if counts[answered(row)] > 1 and (row["code_system"] or answered(row) in open_ones)
        }
    )


def answered(row):
    """What a row of a map, or of `b12 unmapped`, is about: two rows of one key are one question."""
    if row["kind"] == "unit":
        return row["entity"], "unit", None, unit_key(row["delivered"])
    return (
        row["entity"],
        "code",
        (row["code_system"] or "").upper() or None,
        row["delivered"].strip().upper(),
    )


def answerable_as(row):
    """The keys, as of `answered`, under which a map may answer a row of `b12 unmapped`: a code
    under its system or under any; a status under none."""
    if row["kind"] == "status":
        return set()
    return {answered(row), answered({**row, "code_system": None})}


@lru_cache(maxsize=4096)
def unit_key(unit):
    """A unit's spelling as `protocol/unit_aliases.csv` has it, by the macro of that name in
    sql/macros.sql."""
    con = _macros(os.getpid()).cursor()
    [(key,)] = con.execute("select unit_key($1)", [unit]).fetchall()
    return key


@cache
def _macros(process):
    "A connection that knows the macros; one for each process, as none survives a fork"
    con = connect()
    con.execute((SQL / "macros.sql").read_text(encoding="utf-8"))
    return con


def _cell(text):
    "A cell as it was before the export kept a spreadsheet from running it"
    return unguarded((text or "").strip()) or None


def _named(row):
    return shown(row["delivered"] or "")


def _wrong(row):
    if row["entity"] not in ENTITIES:
        return "entity is the kind of record that was delivered, such as lab_result"
    if not row["delivered"] or row["kind"] not in ("code", "unit"):
        return (
            "kind is code or unit, delivered is what the source sends"
            if row["kind"] != "status"
            else "a status is answered in `words`"
        )
    if row["map_to"].lower() == "none":
        return None
    if row["kind"] == "unit":
        return (
            None
            if unit_key(row["map_to"]) in known_units()
            else f"protocol/unit_aliases.csv does not know {shown(row['map_to'])}"
        )
    if not row["map_to_system"]:
        return "map_to_system is empty"
    if row["map_to_system"].upper() in ("LOINC", "LN") and not loinc_is_valid(row["map_to"]):
        return f"{shown(row['map_to'])} is not a LOINC code: its check digit is wrong"
    return None


@cache
def known_units():
    """Of each spelling of a unit, as of `unit_key`, that the protocol knows: the unit."""
    with (PROTOCOL / "unit_aliases.csv").open(encoding="utf-8", newline="") as file:
        return {row["spelling"]: row["unit"] for row in csv.DictReader(file)}
