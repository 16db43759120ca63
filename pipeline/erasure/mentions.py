"""Where an erased person's id still stands: in a comment, a name, a number of another row. A
person decides about it."""

from contextlib import closing
from dataclasses import dataclass

from pipeline import lake, worklist
from pipeline.engine import connect, quoted_identifier, storage_errors
from pipeline.erasure.ids import Ids, forms_of
from pipeline.erasure.text_encoding import is_opaque
from pipeline.erasure.texts import texts_beside, texts_of, work_folder

SHORTEST = 4  # characters: a shorter id is a word of too many texts
BLOCK = 1 << 20
ENCODINGS = ("utf-8", "latin-1", "utf-16-le", "utf-16-be")
ROOMS = ("archive", "reference", "refused", "quarantine", "spool", "landing", "claimed", "demo")


@dataclass(frozen=True)
class Mention:
    """A place where the id stands. where: a file below the home, or a table. lines: how many lines
    or rows. first: the first of them, None in a table."""

    where: str
    lines: int
    first: int | None = None


def mentions_of(home, store, ids):
    """The Mentions of these ids, but for very short ones, in files, in the lake and in what was
    written about items of the worklist."""
    long = Ids(frozenset(each for each in ids if len(each) >= SHORTEST))
    if not long.ids:
        return ()
    found = [*_in_files(home, long), *_in_lake(home, long)]
    if told := worklist.texts_naming(store, long.are_named_in):
        found.append(Mention("texts of the worklist", told))
    return tuple(found)


def _in_files(home, ids):
    files = [path for room in ROOMS for path in sorted((home.root / room).rglob("*"))]
    written = {form for each in ids.ids for form in forms_of(each)}
    needles = {form.encode(encoding, "ignore") for form in written for encoding in ENCODINGS}
    with work_folder(home) as folder:
        for path in (path for path in files if path.is_file() and not path.is_symlink()):
            if not is_opaque(path) and not _holds_any(path, needles):
                continue
            name = path.relative_to(home.root).as_posix()
            for where, texts in ((name, texts_of), (f"{name}, beside its table", texts_beside)):
                lines = [line for line, text in texts(path, folder) if ids.are_named_in(text)]
                if lines:
                    yield Mention(where, len(lines), lines[0] or None)


def _holds_any(path, needles):
    "Whether the bytes of one stand anywhere in a file: most files name no patient"
    longest, rest = max(map(len, needles)), b""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            if any(needle in rest + block for needle in needles):
                return True
            rest = block[-longest:]
    return False


def _in_lake(home, ids):
    "Of a table only its texts: no id is a number or a day"
    with closing(connect()) as con, storage_errors(home):
        lake.attach(con, home)
        for table, columns in lake.COLUMNS.items():
            texts = [name for name, kind in columns.items() if kind == "varchar"]
            if rows := _rows_naming(con, table, texts, ids):
                yield Mention(f"lake/{table}", len(rows))


def _rows_naming(con, table, columns, ids):
    "The numbers of the rows with a cell in which one of the ids is a word"
    found = set()
    for column in map(quoted_identifier, columns):
        cells = con.execute(
            f"select row, cell from (select row_number() over () as row, {column} as cell"
            f" from lake.{table}) where list_bool_or(list_transform($1::varchar[],"
            " lambda each: contains(cell, each)))",
            [sorted({form for each in ids.ids for form in forms_of(each)})],
        ).fetchall()
        found |= {row for row, text in cells if ids.are_named_in(text)}
    return found
