"""The numbers by which the gates and the reports judge the data: read, and checked."""

import csv
import re

from pipeline.core import PROTOCOL

QUALITY_SETTINGS = PROTOCOL / "quality_settings.csv"


def quality_settings():
    """Every setting as a dict of name, value, unit, means and source, as text."""
    with QUALITY_SETTINGS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def quality_setting_problems():
    """What is wrong with the file, as (file, line, message)."""
    seen = set()
    for number, row in enumerate(quality_settings(), start=2):
        for problem in _problems(row, seen):
            yield str(QUALITY_SETTINGS), number, f"quality setting {row['name']} {problem}"
        seen.add(row["name"])


def _problems(row, seen):
    if row["name"] in seen:
        yield "is listed twice"
    if not re.fullmatch(r"\d+(\.\d+)?", row["value"] or ""):
        yield "is not a number of 0 or more"
    yield from (f"has no {column}" for column in ("unit", "means", "source") if not row[column])
