"""What the lake keeps of a delivered file besides its rows: words that only the erased person had,
and why a file was refused."""

import json
import re
from collections import Counter
from contextlib import closing

from pipeline import lake
from pipeline.engine import connect, rows_of
from pipeline.erasure.cut import MESSAGE, RESOURCE
from pipeline.erasure.ids import Ids
from pipeline.erasure.texts import texts_of, work_folder
from pipeline.landing import rewritten_files

_MOST_KEPT = 200_000
_LEFT = ("", RESOURCE, MESSAGE)
_PARTS = re.compile(r"\w+")
_BETWEEN = r"(?:\W|\\[A-Z]\\){1,8}"
_BEFORE = r"(?:(?<!\w)|(?<=\\[A-Za-z])|(?<=\\u[0-9A-Fa-f]{4}))"  # no word, or an escape of JSON
REDACTED = "refused; the reason named a patient who was erased"


def erase_traces(home, ids):
    """Delete what is left of erased people in the tables that count words, and of these ids in
    reasons: of every archived file that an erasure changed, this one or one that was cut short.
    Returns, by the SHA-256 of these files, the lines that are blank or stand for what was erased.
    """
    blank = {}
    with closing(connect()) as con, work_folder(home) as folder:
        lake.attach(con, home, only=("unmapped_code",))
        for path in rewritten_files(home):
            sha256 = path.name.split(".")[0]
            counted = rows_of(con, "from lake.unmapped_code where sha256 = $1", [sha256])
            words = {word for row in counted for word in (row["name"], row["code"]) if word}
            blank[sha256], gone = _read_through(texts_of(path, folder), words)
            if gone:
                kept = [row for row in counted if not gone & {row["name"], row["code"]}]
                lake.replace_rows(home, "unmapped_code", sha256, kept)
        reasons = "select distinct sha256, refused from lake.delivery where refused is not null"
        refused = rows_of(con, reasons)
    # the names of columns, such as an id in the place of the header, are quoted in lower case
    named = Ids(frozenset({*ids, *map(str.lower, ids)}))
    for row in refused:
        if named.are_named_in(row["refused"]):
            lake.redact_refusal(home, row["sha256"], REDACTED)
    return blank


def _read_through(texts, words):
    "The lines of which nothing is left, and the words that stand nowhere: they were theirs alone"
    blank, missing = [], _Words(words)
    for number, text in texts:
        if text.strip() in _LEFT:
            blank.append(number)
        elif missing.forms:
            missing.look_in(text)
    return blank, set(missing.forms)


class _Words:
    """Words that were not found yet, each with the pattern of how it is written. A file may have
    thousands of them and millions of lines, so a pattern is tried only where the rarest part of
    its word stands."""

    def __init__(self, words):
        self.forms = {word: _as_written(word) for word in words}
        self._signs = [word for word in words if not _PARTS.search(word)]
        parted = {word: _PARTS.findall(word) for word in set(words) - set(self._signs)}
        common = Counter(part for parts in parted.values() for part in set(parts))
        self._of_none = set()  # tokens of none of the words that are still missing
        self._by_part = {}
        for word, parts in parted.items():
            rarest = min(parts, key=lambda part: (common[part], -len(part)))
            for part in _as_it_may_stand(rarest):
                self._by_part.setdefault(part, []).append(word)

    def look_in(self, text):
        """Take off the words that stand in a text."""
        for token in set(_PARTS.findall(text.lower())) - self._of_none:
            words = [word for word in self._words_with(token) if word in self.forms]
            if not words and len(self._of_none) < _MOST_KEPT:
                self._of_none.add(token)
            for word in words:
                self._look_for(word, text)
        for word in self._signs:
            self._look_for(word, text)

    def _words_with(self, token):
        # whole, behind an escape such as \n, behind one such as \u00fc
        for part in (token, token[1:], token[5:]):
            yield from self._by_part.get(part, ())

    def _look_for(self, word, text):
        if word in self.forms and self.forms[word].search(text):
            del self.forms[word]


def _as_it_may_stand(part):
    "A run of letters and digits in small letters, and of what JSON may write for it the longest"
    escaped = _PARTS.findall(json.dumps(part)[1:-1])
    return {part.lower(), max(escaped, key=len).lower()}


def _as_written(word):
    "A pattern: letters and digits may be escapes of JSON, all between them escapes of any format"
    words = _PARTS.findall(word)
    parts = (
        f"(?:{re.escape(part)}|{re.escape(json.dumps(part)[1:-1])})" for part in words or [word]
    )
    return re.compile(rf"{_BEFORE if words else ''}{_BETWEEN.join(parts)}(?!\w)", re.IGNORECASE)
