"Rows of a CSV file with every kind of defect: each good one is read with its cells and its line, each other one is ragged with its line."

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core import SQL
from pipeline.engine import connect
from pipeline.profiles import read_profile
from pipeline.readers.cells import define_filled
from pipeline.readers.rows import blocks
from pipeline.readers.table import load_table
from pipeline.readers.unpack import as_table_text

NAMES = ("patient_id", "code", "name")
COLUMNS = {"required": list(NAMES), "optional": []}
PROFILE = read_profile("canonical")


@dataclass(frozen=True)
class Form:
    "How the file is written. ends: line breaks, in turn"

    delimiter: str
    encoding: str
    ends: tuple
    mark: str
    has_last_break: bool


@dataclass(frozen=True)
class Row:
    "A row as it is written, without its line break, and what it is: its cells; None when it is ragged; () for a blank line"

    text: str
    cells: tuple | None


forms = st.builds(
    Form,
    delimiter=st.sampled_from((",", ";", "\t", "|", "§")),
    encoding=st.sampled_from(("utf-8", "latin-1", "cp1252")),
    ends=st.sampled_from((("\n",), ("\r\n",), ("\n", "\r\n"), ("\r\n", "\r\n", "\n"))),
    mark=st.sampled_from(("", "\ufeff")),
    has_last_break=st.booleans(),
)
words = st.text("abcé1", min_size=1, max_size=4)


def quoted(text):
    return '"' + text.replace('"', '""') + '"'


@st.composite
def good_cells(draw, delimiter):
    "A cell as it is written, and as it is meant. What is quoted begins with a letter, so that no quote before it can end at it"
    word, other = draw(words), draw(words)
    inside = draw(
        st.sampled_from(
            ("", delimiter, '"', '""', f'"{delimiter}"', "\n", f"\n\n{delimiter}", " ", "\r")
        )
    )
    return draw(
        st.sampled_from(
            (
                ("", ""), ('""', ""), (word, word), (f" {word} ", word), (f'{word}"{other}', f'{word}"{other}'),
                (f'{word}""{other}', f'{word}""{other}'), (quoted(word + inside + other), word + inside + other),
                (f" {quoted(word + inside + other)}  ", word + inside + other),
            )
        )
    )  # fmt: skip


def row_of(cells, delimiter):
    return Row(delimiter.join(text for text, _ in cells), tuple(meant for _, meant in cells))


@st.composite
def rows(draw, delimiter):
    cells = draw(st.tuples(*[good_cells(delimiter)] * len(NAMES)))
    good = row_of(cells, delimiter)
    place, word, other = draw(st.integers(0, len(NAMES) - 1)), draw(words), draw(words)
    # a defect beside a line break in a cell would be two records by one reading and one by another
    flat = [text.replace("\n", " ") for text, _ in cells]

    def broken(cell):
        return Row(delimiter.join([*flat[:place], cell, *flat[place + 1 :]]), None)

    return draw(
        st.sampled_from(
            [good] * 6
            + [
                Row("", ()),
                Row(good.text + delimiter, None),
                Row(delimiter + good.text, None),
                Row(delimiter.join(flat[:-1]), None),
                broken(f"{word}{delimiter}{other}"),
                broken(f'{word}"{other}{delimiter}{word}"{other}'),
                broken(f'"{word}"{other}'),
                broken(f'"{word}" {other}'),
                Row(delimiter.join([*[draw(words)] * place, f'"{word}', *[draw(words)] * (2 - place)]), None),
            ]
        )
    )  # fmt: skip


files = forms.flatmap(
    lambda form: st.tuples(st.just(form), st.lists(rows(form.delimiter), max_size=12))
)


def written(form, drawn):
    "The bytes of the file; its good rows as (line, cells); the lines of the ragged ones"
    lines, good, ragged = [form.delimiter.join(NAMES)], [], []
    for row in drawn:
        line = 1 + len("\n".join(lines).split("\n"))
        lines.append(row.text)
        if row.cells is None:
            ragged.append(line)
        elif row.cells:
            good.append((line, *(cell or None for cell in row.cells)))
    text = "\n".join(lines) + ("\n" if form.has_last_break or not lines[-1] else "")
    parts = text.split("\n")
    ends = (form.ends * len(parts))[: len(parts) - 1]
    whole = "".join(part + end for part, end in zip(parts, (*ends, ""), strict=True))
    mark = form.mark if form.encoding == "utf-8" else ""
    return (mark + whole).encode(form.encoding), good, ragged


@cache
def working_connection():
    con = connect()
    con.execute("create schema landing")
    con.execute((SQL / "macros.sql").read_text(encoding="utf-8"))
    define_filled(con, PROFILE.empty_words)
    return con


def read(content, form):
    "The rows that are read, as (line, cells), and the ragged lines"
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "work").mkdir()
        (folder / "t.csv").write_bytes(content)
        path, encoding = as_table_text(folder / "t.csv", folder / "work", form.encoding)
        dialect = PROFILE.dialect.model_copy(
            update={"delimiter": form.delimiter, "encoding": encoding}
        )
        profile = PROFILE.model_copy(update={"dialect": dialect})
        con = working_connection()
        into = {"into": "landing.delivered", "folder": folder / "work"}
        load_table(con, path, columns=COLUMNS, profile=profile, **into)
        found = con.execute(
            "select line, patient_id, code, name from landing.delivered order by line"
        ).fetchall()
        ragged = con.execute("select line from landing.ragged order by line").fetchall()
    return found, [line for (line,) in ragged]


def with_feeds(rows):
    "In a file that mixes line breaks each is read as a line feed"
    return [tuple(cell.replace("\r\n", "\n") if isinstance(cell, str) else cell for cell in row) for row in rows]  # fmt: skip


@settings(max_examples=100)
@given(file=files, block=st.sampled_from((1, 20, 90, 1 << 20)))
def test_good_rows_are_read_as_they_are_and_the_others_are_ragged(file, block):
    content, good, ragged = written(*file)
    with patch.object(blocks, "BLOCK", block):
        found, found_ragged = read(content, file[0])
    assert with_feeds(found) == with_feeds(good)
    assert found_ragged == ragged
