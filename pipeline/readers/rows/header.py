"""The header of a CSV file."""

from dataclasses import dataclass

from pipeline.core import Refused
from pipeline.readers.rows.form import BREAK, BYTE_ORDER_MARK, LONGEST, form_of
from pipeline.readers.rows.record import read_record


@dataclass(frozen=True)
class Header:
    """The first record of a CSV file.

    cells: the columns' names, without spaces around them; empty where a column has no name. end:
    where the next record begins, in bytes. lines: how many lines it takes. is_plain: as of Record.
    line_break: how its line ends, and so the others.
    """

    cells: list
    end: int
    lines: int
    is_plain: bool
    line_break: bytes


def read_header(path, dialect, skip=0):
    """The Header of a CSV file whose encoding is utf-8 or latin-1, or of what follows its first
    `skip` bytes. Raises Refused."""
    form = form_of(dialect)
    with path.open("rb") as file:
        begin = 3 if file.read(3) == BYTE_ORDER_MARK and dialect.encoding == "utf-8" else 0
        file.seek(begin := max(begin, skip))
        text = form.single(file.read(LONGEST))
    if not text:
        raise Refused("the file is empty, it has no header line")
    record = read_record(text + BREAK, 0, form)
    if record is None:
        raise Refused(
            "the header cannot be read: a quote in it is not closed, or text follows a closing"
            " quote"
        )
    cells = _decoded(record.cells, dialect, form.restored(text[: record.end]), begin)
    if not any(cells):
        raise Refused("its first line is blank, the file has no header line")
    taken = (text + BREAK)[: record.end]
    return Header(
        cells=cells,
        end=begin + len(form.restored(taken)),
        lines=taken.count(BREAK),
        is_plain=record.is_plain,
        line_break=b"\r\n" if taken.endswith(b"\r\n") else BREAK,
    )


def _decoded(cells, dialect, text, begin):
    try:
        text.decode(dialect.encoding)
    except UnicodeDecodeError as error:
        raise Refused(
            f"the file is not {dialect.encoding} (byte {begin + error.start + 1} cannot be read):"
            ' set dialect.encoding, for example to "cp1252"'
        ) from None
    form = form_of(dialect)
    return [form.restored(cell).decode(dialect.encoding).strip() for cell in cells]
