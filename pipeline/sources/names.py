"""What known systems call their tables, their columns and their tests: the lists in `sources/`."""

import csv
import re
from collections import Counter
from functools import cache
from pathlib import PurePosixPath

from pipeline.core import SOURCES

UNITS = {
    "pgml": "pg/mL", "ngl": "ng/L", "pmoll": "pmol/L", "nmoll": "nmol/L", "umoll": "umol/L",
    "ngml": "ng/mL", "mgdl": "mg/dL", "gdl": "g/dL", "gl": "g/L", "fl": "fL", "ugl": "ug/L",
}  # fmt: skip
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})  # codespell:ignore ue


def key_of(name):
    """A name without marks, in small letters: Birth Date and BIRTH_DATE are one."""
    return re.sub(r"[\W_]+", "", name.lower().translate(UMLAUTS))


@cache
def _rows(file):
    with (SOURCES / file).open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


@cache
def known_names(entity, column, system):
    """The keys of a column's names: first those of the system, then those of none; an id is called
    alike in every extract, but a bare `id` names a patient in a table of patients alone."""
    rows = [
        row
        for row in _rows("column_names.csv")
        if row["column"] == column
        and (row["entity"] == entity or (column == "patient_id" and key_of(row["name"]) != "id"))
    ]
    rows.sort(key=lambda row: (row["system"] != system, row["system"] != ""))
    return tuple(dict.fromkeys(key_of(row["name"]) for row in rows))


@cache
def entities_of():
    """Of how many entities a name is known."""
    pairs = {(key_of(row["name"]), row["entity"]) for row in _rows("column_names.csv")}
    return Counter(key for key, _ in pairs)


def _stem(name):
    "A file's name without its endings and its digits: labevents of hosp/LABEVENTS_2026.csv.gz"
    stem = PurePosixPath(name.lower()).name.partition(".")[0]
    return re.sub(r"[\d_-]+$", "", stem)


def known_table(name, system):
    """The row of sources/table_names.csv that a file's name is, of the system or of none; None."""
    rows = [row for row in _rows("table_names.csv") if row["table"] == _stem(name)]
    rows = [row for row in rows if row["system"] in (system or "", "")]
    return max(rows, key=lambda row: row["system"], default=None)


def system_of(samples):
    """The system most of whose tables and columns these Samples have: at least half of the tables,
    and two columns of each; None."""
    tables = {}
    for row in _rows("table_names.csv"):
        if row["system"]:
            tables.setdefault(row["system"], {})[row["table"]] = row["entity"]
    scores = {}
    for system, entities in tables.items():
        fitting = [
            sum(
                key_of(name) in _keys_of(system, entities[_stem(sample.name)])
                for name in sample.columns
            )
            for sample in samples
            if entities.get(_stem(sample.name))
        ]
        others = [sample for sample in samples if entities.get(_stem(sample.name)) == ""]
        if fitting and min(fitting) >= 2 and len(fitting) + len(others) >= len(samples) / 2:
            scores[system] = (sum(fitting), len(fitting) + len(others))
    return max(scores, key=lambda system: scores[system], default=None)


@cache
def _keys_of(system, entity):
    return {
        key_of(row["name"])
        for row in _rows("column_names.csv")
        if row["system"] == system and (row["entity"] == entity or row["column"] == "patient_id")
    }


def analyte_of(name):
    """(code, unit or None) of the analyte that a column is named after; None."""
    key = key_of(name)
    for analyte in sorted(_rows("analyte_names.csv"), key=lambda row: -len(row["name"])):
        word = key_of(analyte["name"])
        rest = key.removeprefix(word)
        if key == word:
            return analyte["code"], analyte["unit"] or None
        if rest != key and rest in UNITS:
            return analyte["code"], UNITS[rest]
    return None
