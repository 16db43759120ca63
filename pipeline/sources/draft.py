"""A first profile out of a CSV's header: what the names suggest is marked as a guess, what they do
not is left to be filled in."""

import csv
import re
from collections import Counter
from itertools import islice

from pipeline.core import ENTITIES, SOURCES, Refused
from pipeline.profiles import canonical_tables

ENCODINGS = ("utf-8-sig", "cp1252")
DELIMITERS = (",", ";", "\t", "|")
ROWS = 1000
SYSTEMS = {  # what a code column's name says of its codes
    "rxnorm": "RXNORM", "rxcui": "RXNORM", "atc": "ATC", "loinc": "LOINC", "icd10": "ICD10",
    "snomed": "SNOMEDCT", "cpt": "CPT4",
}  # fmt: skip
TODO = "TODO"


def draft(path):
    """A profile as YAML text, for the engineer to complete: it is invalid until every TODO is
    answered. Raises Refused.

    Only the first rows are read, and no value of them is written.
    """
    encoding, lines = _lines(path)
    delimiter = max(DELIMITERS, key=lines[0].count)
    header, *rows = csv.reader(lines, delimiter=delimiter)
    _check_header(path, header)
    suggested = {entity: _suggested(entity, header) for entity in ENTITIES}
    canonical = canonical_tables()
    entity = _likeliest(suggested, canonical)
    columns = [
        [row[position] for row in rows if position < len(row)] for position in range(len(header))
    ]
    order, mark = _date_order(columns), _decimal_mark(columns)
    others = _others(suggested, entity)
    return "\n".join([
        *_head(path, encoding=encoding, delimiter=delimiter, order=order, mark=mark),
        "files:",
        f'  {entity}: ["{_pattern(path.name)}"]  # a guess by the column names; or {others}',
        "other_columns: ignored            # columns that no line below names",
        "columns:",
        f"  {entity}:",
        *_columns(canonical[entity], suggested[entity], header),
        *_defaults(entity, suggested[entity]),
        "",
    ])  # fmt: skip


def _check_header(path, header):
    if len(header) < 2:
        raise Refused(
            f"{path.name}: its first line is not a header of several columns, divided by one of "
            ", ; tab |."
        )
    if any(re.fullmatch(r"\s*[\d.,/:-]{2,}\s*", name) for name in header):
        raise Refused(
            f"{path.name}: its first line holds values, not column names. Add a header line above"
            " it."
        )


def _likeliest(suggested, canonical):
    "The entity most of whose required columns, then most of whose columns, the header names"

    def matches(entity):
        columns = suggested[entity]
        return sum(name in columns for name in canonical[entity].required), len(columns)

    return max(suggested, key=matches)


def _lines(path):
    for encoding in ENCODINGS:
        try:
            with path.open(encoding=encoding, newline="") as file:
                lines = [line for line in islice(file, ROWS) if line.strip()]
        except UnicodeDecodeError:
            continue
        if not lines:
            raise Refused(f"{path.name} is empty.")
        return encoding.removesuffix("-sig"), lines
    raise Refused(
        f"{path.name} is neither UTF-8 nor Windows-1252: is it compressed, or a spreadsheet? Export"
        " it as CSV."
    )


def _suggested(entity, header):
    """Canonical column -> the file's column, by the names in sources/column_names.csv; an id is
    called alike in every extract"""
    spelled = {
        re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_"): name.strip()
        for name in reversed(header)
    }
    with (SOURCES / "column_names.csv").open(encoding="utf-8", newline="") as file:
        known = [
            row
            for row in csv.DictReader(file)
            if row["entity"] == entity or row["column"] == "patient_id"
        ]
    return {
        row["column"]: spelled[row["name"]] for row in reversed(known) if row["name"] in spelled
    }


def _pattern(name):
    "The name with its digits open, so that the next delivery fits too"
    return re.sub(r"[\d_-]*\d[\d_-]*", "*", name)


def _date_order(columns):
    """dmy or mdy when a number above 12 shows it, iso for 2026-01-31; None when nothing shows it,
    or both"""
    counts = Counter()
    for cell in (cell for column in columns for cell in column):
        if re.match(r"\d{4}-\d{2}-\d{2}", cell):
            counts["iso"] += 1
        elif parts := re.match(r"(\d{1,2})[./-](\d{1,2})[./-]\d{4}", cell):
            counts["dmy"] += int(parts[1]) > 12 >= int(parts[2])
            counts["mdy"] += int(parts[2]) > 12 >= int(parts[1])
    orders = [order for order, count in counts.items() if count]
    return orders[0] if len(orders) == 1 else None


def _decimal_mark(columns):
    commas, points = (
        sum(
            bool(re.fullmatch(rf"[<>=]*\d+{mark}\d+", cell.strip()))
            for column in columns
            for cell in column
        )
        for mark in (",", r"\.")
    )
    return "." if points and not commas else "," if commas and not points else None


def _head(path, *, encoding, delimiter, order, mark):
    shown = delimiter.replace("\t", "\\t")
    return [
        (
            f"# A draft from the header of {path.name}. Replace every {TODO}, then type: b12 source"
            f" check THIS_FILE {path.name}"
        ),
        f"profile: {TODO}                     # a name of letters, digits, _ and -",
        "format: table",
        f"time_zone: {TODO}                   # of times without an offset, such as Europe/Berlin",
        f"date_order: {order or TODO:<22} # "
        + ("seen in its dates" if order else "iso, dmy, mdy or ymd: its dates do not show it"),
        f"decimal_mark: {repr(mark) if mark else TODO:<20} # "
        + ("seen in its numbers" if mark else "'.' or ',': no number shows it"),
        f"# delimiter and encoding: those that fit its first {ROWS} lines",
        f'dialect: {{delimiter: "{shown}", quote: \'"\', encoding: {encoding}}}',
    ]


def _others(names, entity):
    return ", ".join(name for name in names if name != entity)


def _columns(columns, suggested, header):
    for need, names in (("required", columns.required), ("optional", columns.optional)):
        yield f"    {need}:"
        for column in names:
            if column in suggested:
                yield f"      {column}: {suggested[column]!r}  # a guess by its name"
            elif need == "required":
                yield (
                    f"      {column}: {TODO}  # which of:"
                    f" {', '.join(sorted(set(map(str.strip, header)) - set(suggested.values())))}"
                )
            else:
                yield f"      # {column}:"


def _defaults(entity, suggested):
    if entity == "patient" or "code_system" in suggested:
        return
    system = next(
        (code for word, code in SYSTEMS.items() if word in suggested.get("code", "").lower()), TODO
    )
    yield (
        "defaults:                         # what an empty cell, or a column that is not there,"
        " stands for"
    )
    yield (
        f"  {entity}: {{code_system: {system}}}  # LOINC, RXNORM, ATC, SNOMEDCT, ICD10CM, …; LOCAL"
        " for the site's own, with a map"
    )
