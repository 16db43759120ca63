"""What the lake keeps of a delivered file besides its rows: words that only the erased person had,
and why a file was refused."""

import json
import re
from contextlib import closing

from pipeline import lake
from pipeline.engine import connect, rows_of
from pipeline.erasure.cut import MESSAGE, RESOURCE
from pipeline.erasure.ids import Ids
from pipeline.erasure.texts import texts_of, work_folder
from pipeline.landing import rewritten_files

_LEFT = ("", RESOURCE, MESSAGE)
_PARTS = re.compile(r"\w+")
_BETWEEN = r"(?:\W|\\[A-Z]\\){0,8}"
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
    blank, missing = [], {word: _as_written(word) for word in words}
    for number, text in texts:
        if text.strip() in _LEFT:
            blank.append(number)
        elif missing:
            missing = {word: form for word, form in missing.items() if not form.search(text)}
    return blank, set(missing)


def _as_written(word):
    "A pattern: letters and digits may be escapes of JSON, all between them escapes of any format"
    parts = (
        f"(?:{re.escape(part)}|{re.escape(json.dumps(part)[1:-1])})"
        for part in _PARTS.findall(word) or [word]
    )
    return re.compile(rf"{_BETWEEN.join(parts)}(?!\w)", re.IGNORECASE)
