"""Cells of a table for a spreadsheet: which columns, and no text that a spreadsheet would run."""

import re

from pipeline.core import CELL_BREAKS, CELL_SIGNS, CELL_SPACES

COLUMNS = (  # of an export, in this order, as far as a row has them
    "priority", "patient_id", "age", "sex", "action", "next_step", "reason", "evidence", "result",
    "result_test", "result_reported", "result_on", "result_range", "safety", "status", "assignee",
    "failed_attempts", "next_attempt_on", "waiting_days", "waiting_since", "site", "b12",
    "b12_reported", "b12_on", "active_b12", "active_b12_value", "active_b12_on", "mma",
    "mma_reported", "mma_on", "homocysteine", "homocysteine_value", "neuro", "malabsorption",
    "metformin",
    "metformin_since", "acid_suppressant", "acid_suppressant_since", "diet", "renal",
    "b12_therapy", "cause", "flags", "cohorts", "snoozed_until", "status_reason", "opened_on",
    "changed_on", "changed_because", "rule", "cites", "as_of",
)  # fmt: skip
LONGEST = 32_767  # characters that a spreadsheet's cell can hold
_CAPITALS = {"b12": "B12", "mma": "MMA", "id": "ID"}
_RUN = f"((?:^|[;{CELL_BREAKS}])[{CELL_SPACES}]*)([{CELL_SIGNS}])"
# the same in time that grows with the text: a run of breaks and spaces is looked at once
_RUNS = re.compile(f"(?:^[{CELL_SPACES}]*|[;{CELL_BREAKS}][;{CELL_SPACES}]*)([{CELL_SIGNS}]?)")
_SIGN = re.compile(f"[{CELL_SIGNS}]")
_BEGINNING = re.compile(f"([{CELL_SPACES}]*)(?=[{CELL_SIGNS}])|(?=[\t\r])")
_BEGINS = "^([\t\r])"
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def columns_of(row):
    """The columns of COLUMNS that a row has."""
    return [name for name in COLUMNS if name in row]


def title(name):
    """A column's name as a heading: `b12_reported` is `B12 reported`."""
    first, *others = (_CAPITALS.get(word) or word for word in name.split("_"))
    return " ".join([first[0].upper() + first[1:], *others])


def escaped(text):
    """A text with an apostrophe wherever a spreadsheet would run what follows; any other value as
    it is."""
    if not isinstance(text, str):
        return text
    if not _SIGN.search(text) and text[:1] not in ("\t", "\r"):  # most texts
        return text
    return re.sub(_BEGINS, r"'\1", _RUNS.sub(_with_apostrophe, text))


def escaped_beginning(text):
    """A text with an apostrophe where its beginning would make a spreadsheet run it; the rest stays
    as written."""
    begun = _BEGINNING.match(text)
    return f"{begun[0]}'{text[begun.end() :]}" if begun else text


def _with_apostrophe(run):
    return f"{run[0][:-1]}'{run[1]}" if run[1] else run[0]


def cell(value, joined=", "):
    """A value as a cell: lists joined, texts escaped and cut to what a cell can hold; numbers and
    dates as they are."""
    text = joined.join(value) if isinstance(value, list | tuple) else value
    if not isinstance(text, str):
        return text
    return escaped(_NOT_IN_XML.sub("", text)[:LONGEST])[: LONGEST - 1]


def cells_of(con, relation):
    """The SELECT of a relation's rows as such cells: lists joined by |, texts escaped."""
    columns = con.execute(f"describe {relation}").fetchall()
    return f"select {', '.join(_cell(name, kind) for name, kind, *_ in columns)} from {relation}"


def text_columns(con, relation):
    """The columns of a relation whose cells are quoted in a CSV: all but numbers, dates and truth
    values."""
    columns = con.execute(f"describe {relation}").fetchall()
    return [name for name, kind, *_ in columns if kind in ("VARCHAR", "VARCHAR[]")]


def _cell(name, kind):
    if kind not in ("VARCHAR", "VARCHAR[]"):
        return name
    text = f"array_to_string({name}, '|')" if kind == "VARCHAR[]" else name
    # not a CASE of six comparisons: DuckDB took longer to plan that of 40 columns than to run it
    run = f"regexp_replace({text}, '{_RUN}', '\\1''\\2', 'g')"
    return f"regexp_replace({run}, '{_BEGINS}', '''\\1') as {name}"
