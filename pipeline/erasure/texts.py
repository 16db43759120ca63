"""The text of a delivered file of any format, line by line or row by row, whatever it says."""

from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.core import Refused
from pipeline.engine import EngineError, connect, quoted_identifier, quoted_text
from pipeline.erasure.text_encoding import detect_encoding, is_opaque
from pipeline.readers import (
    beside_tables,
    cell_text,
    converted,
    extracted,
    is_parquet,
    is_transport,
    is_workbook,
    is_zip,
    sheets_of,
    unpacked,
)

ROWS_AT_ONCE = 10_000


@contextmanager
def work_folder(home):
    """Yields a folder of its own in which files are unpacked; it goes at the end."""
    home.work.mkdir(parents=True, exist_ok=True, mode=0o700)
    with TemporaryDirectory(dir=home.work, prefix="erasing-") as name:
        yield Path(name)


def table_of(path, folder):
    """A delivered file unpacked, a transport file as Parquet, as files of a folder. Raises
    Refused."""
    plain = unpacked(path, folder)
    return converted(plain, folder).path if is_transport(plain) else plain


def texts_of(path, folder):
    """Yields (line, text): of a text its lines, of a workbook or a binary table the rows, their
    cells joined by a space; nothing, or no more, of what cannot be read. folder: where it is
    unpacked."""
    try:
        plain = table_of(path, folder)
        if is_workbook(plain):
            rows = (row for _, rows in sheets_of(plain) for row in rows)
            yield from enumerate((" ".join(map(cell_text, row)) for row in rows), start=1)
        elif is_parquet(plain):
            yield from _rows_of(plain)
        elif not is_opaque(plain):
            with plain.open(encoding=detect_encoding(plain), newline="\n") as lines:
                yield from enumerate(lines, start=1)
    except (Refused, EngineError, UnicodeDecodeError):
        return


def texts_beside(path, folder):
    """Yields (line, text) as `texts_of`, of what a zip holds beside its table: the name of each
    file, and its lines."""
    try:
        for member in beside_tables(path) if is_zip(path) and not is_workbook(path) else ():
            yield 0, member.filename
            yield from texts_of(extracted(path, member, folder / "beside"), folder)
    except Refused:
        return


def _rows_of(path):
    number = 0
    with closing(connect()) as con:
        rows = f"read_parquet({quoted_text(path)})"
        names = [name for name, *_ in con.execute(f"describe from {rows}").fetchall()]
        cells = ", ".join(f"cast({quoted_identifier(name)} as varchar)" for name in names)
        con.execute(f"select concat_ws(' ', {cells}) from {rows}")
        while batch := con.fetchmany(ROWS_AT_ONCE):
            for (text,) in batch:
                number += 1
                yield number, text
