"""One record, cell by cell and strictly: the definition that the survey of whole blocks follows."""

from typing import NamedTuple

from pipeline.readers.rows.form import BREAK, LONGEST


class Record(NamedTuple):
    """The cells of a record, and where the next one begins.

    is_plain: whether a reader of CSV cannot take it for something else: no quote and no carriage
    return stands in an unquoted cell.
    """

    cells: list
    end: int
    is_plain: bool


def read_record(text, start, form):
    """The Record that begins at `start`; None when it is not well quoted within LONGEST bytes.

    text: bytes that end in a line feed. A cell is quoted when it begins with a quote (spaces around
    the quotes are left out); it ends at the next single quote, after which only a delimiter or a
    line break may follow. Elsewhere a quote is a character like others.
    """
    cells, at, is_plain = [], start, True
    while True:
        opened = _past_spaces(text, at, form)
        if text[opened : opened + 1] == form.quote:
            quoted = _quoted(text, opened + 1, start + LONGEST, form)
            if quoted is None:
                return None
            cell, at = quoted
        else:
            cell, at = _unquoted(text, at, form)
            is_plain = is_plain and form.quote not in cell and b"\r" not in cell
        cells.append(cell)
        if text[at : at + 1] == BREAK:
            return Record(cells, at + 1, is_plain)
        at += 1


def _quoted(text, begin, limit, form):
    "The cell whose text begins here, and where its delimiter or line feed stands, or None"
    quote, closed = form.quote, text.find(form.quote, begin, limit)
    while closed >= 0 and text[closed + 1 : closed + 2] == quote:
        closed = text.find(quote, closed + 2, limit)
    if closed < 0:
        return None
    after = _past_spaces(text, closed + 1, form)
    after += text[after : after + 2] == b"\r\n"
    if text[after : after + 1] not in (form.delimiter, BREAK):
        return None
    return text[begin:closed].replace(quote * 2, quote), after


def _unquoted(text, begin, form):
    end = text.index(BREAK, begin)
    delimiter = text.find(form.delimiter, begin, end)
    if delimiter >= 0:
        return text[begin:delimiter], delimiter
    return text[begin:end].removesuffix(b"\r"), end


def _past_spaces(text, at, form):
    while form.spaces and text[at : at + 1] == form.spaces:
        at += 1
    return at


def written(cells, form):
    """A record without its line break, as no reader can take for something else: every cell is
    quoted."""
    quote = form.quote
    quoted = (quote + cell.replace(quote, quote * 2) + quote for cell in cells)
    return form.delimiter.join(quoted)
