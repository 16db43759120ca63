"""What the lake keeps of a delivered file besides its rows: words that only the erased person had,
and why a file was refused."""

from contextlib import closing

from pipeline import lake
from pipeline.engine import connect, rows_of
from pipeline.erasure.cut import MESSAGE, RESOURCE
from pipeline.erasure.ids import Ids
from pipeline.erasure.texts import texts_of, work_folder
from pipeline.landing import rewritten_files

_LEFT = ("", RESOURCE, MESSAGE)
REDACTED = "refused; the reason named a patient who was erased"


def erase_traces(home, ids):
    """Delete what is left of erased people in the tables that count words, and of these ids in
    reasons: of every archived file that an erasure changed, this one or one that was cut short."""
    with closing(connect()) as con, work_folder(home) as folder:
        lake.attach(con, home, only=("unmapped_code",))
        for path in rewritten_files(home):
            _erase_words(con, home, path, folder)
        reasons = rows_of(
            con, "select sha256, refused from lake.delivery where refused is not null"
        )
    # the names of columns, such as an id in the place of the header, are quoted in lower case
    named = Ids(frozenset({*ids, *map(str.lower, ids)}))
    for sha256 in {row["sha256"] for row in reasons if named.are_named_in(row["refused"])}:
        lake.redact_refusal(home, sha256, REDACTED)


def blank_lines(home):
    """Of every archived file that an erasure changed, by its SHA-256, the lines that are blank or
    stand for a message or resource that is erased."""
    with work_folder(home) as folder:
        for path in rewritten_files(home):
            lines = [n for n, text in texts_of(path, folder) if text.strip() in _LEFT]
            yield path.name.split(".")[0], lines


def _erase_words(con, home, path, folder):
    "An unmapped word of a file that stands in it no more was theirs alone"
    sha256 = path.name.split(".")[0]
    rows = rows_of(con, "from lake.unmapped_code where sha256 = $1", [sha256])
    asked = {word for row in rows for word in (row["name"], row["code"]) if word}
    for _, text in texts_of(path, folder) if asked else ():
        asked = {word for word in asked if not _stands_in(word, text)}
        if not asked:
            return
    if asked:
        kept = [row for row in rows if not asked & {row["name"], row["code"]}]
        lake.replace_rows(home, "unmapped_code", sha256, kept)


def _stands_in(word, text):
    "As a reader has it: without the white space and the escapes of its format"
    parts = [part for part in word.split() if part.isalnum()] or [word]
    return all(part in text for part in parts)
