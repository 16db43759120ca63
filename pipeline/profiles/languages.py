"""Languages: how sources spell them, and what readers call them."""

import csv
from functools import cache

from pipeline.core import SOURCES


@cache
def _languages():
    with (SOURCES / "languages.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def language_spellings():
    """Pairs of a code (ISO 639) or a name of a language, in lower case, and its tag of BCP 47."""
    return [(each, row["tag"]) for row in _languages() for each in row["spellings"].split("|")]


def language_name(tag):
    """A language as a reader reads it: English of `en`, German (AT) of `de-AT`; a text that is no
    known tag stays as it is."""
    if not tag:
        return tag
    first, _, more = tag.partition("-")
    name = {row["tag"]: row["name"] for row in _languages()}.get(first)
    return tag if name is None else f"{name} ({more})" if more else name
