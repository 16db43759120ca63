"""What the lake keeps of a delivered file besides its rows: words that only the erased person had,
and why a file was refused."""

from contextlib import closing

from pipeline import lake
from pipeline.engine import connect, rows_of
from pipeline.erasure.ids import Ids
from pipeline.erasure.texts import texts_of, work_folder

REDACTED = "refused; the reason named a patient who was erased"


def erase_traces(home, ids, archived):
    """Delete what is left of these ids in the tables that count words, and in reasons.

    archived: Theirs in the archive, whose files hold them no more.
    """
    with closing(connect()) as con, work_folder(home) as folder:
        lake.attach(con, home, only=("unmapped_code",))
        for theirs in archived:
            _erase_words(con, home, theirs, folder)
        reasons = rows_of(
            con, "select sha256, refused from lake.delivery where refused is not null"
        )
    # the names of columns, such as an id in the place of the header, are quoted in lower case
    named = Ids(frozenset({*ids, *map(str.lower, ids)}))
    for sha256 in {row["sha256"] for row in reasons if named.are_named_in(row["refused"])}:
        lake.redact_refusal(home, sha256, REDACTED)


def _erase_words(con, home, theirs, folder):
    "An unmapped word of a file that stands in it no more was theirs alone"
    sha256 = theirs.path.name.split(".")[0]
    rows = rows_of(con, "from lake.unmapped_code where sha256 = $1", [sha256])
    asked = {
        word
        for row in rows
        if row["rows"] <= theirs.records
        for word in (row["name"], row["code"])
        if word
    }
    for _, text in texts_of(theirs.path, folder) if asked else ():
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
