"""Cells of a table for a spreadsheet: which columns, and no text that would run."""

import re

COLUMNS = (  # those that a row has, in this order
    "priority", "patient_id", "next_step", "reason", "safety", "status", "assignee", "waiting_days", "waiting_since", "site",
    "b12", "b12_reported", "b12_on", "active_b12", "active_b12_on", "mma", "mma_reported", "mma_on", "neuro", "malabsorption",
    "metformin", "metformin_since", "acid_suppressant", "acid_suppressant_since", "diet", "renal", "b12_therapy", "cause", "flags",
    "cohorts", "snoozed_until", "status_reason", "opened_on", "changed_on", "changed_because", "rule", "cites", "as_of",
)  # fmt: skip
_WORDS = {"b12": "B12", "mma": "MMA", "id": "ID"}
_RUNS = ("=", "+", "-", "@", "\t", "\r")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # no part of XML
LONGEST = 32_767  # characters a cell of a spreadsheet can hold


def columns_of(row):
    """The columns of COLUMNS that a row has."""
    return [name for name in COLUMNS if name in row]


def title(name):
    """A column's name as a heading: `b12_reported` is `B12 reported`."""
    words = [_WORDS.get(word, word) for word in name.split("_")]
    return " ".join([words[0][0].upper() + words[0][1:], *words[1:]])


def cell(value, joined=", "):
    """A value as a cell: lists joined, texts led by an apostrophe where a spreadsheet would run them; numbers and dates as they are."""
    text = joined.join(value) if isinstance(value, list | tuple) else value
    if not isinstance(text, str):
        return text
    text = _CONTROL.sub("", text)[: LONGEST - 1]
    return f"'{text}" if text.startswith(_RUNS) else text
