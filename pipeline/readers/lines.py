"""The lines of a CSV file: which do not fit the header, and on which line each record stands."""

from pipeline.core import Refused
from pipeline.engine import create

BLOCK = 1 << 22


def note_ragged(con, path, dialect):
    """Note the lines that do not fit, and how far each record's line lies from its place in the
    table.

    The reader passes over blank lines and lines that do not fit, and a quoted cell may hold line
    breaks; only when the file has any of these is it read again to find where its records begin.
    """
    positions = _misfits(con, dialect)
    [[records]] = con.execute("select count(*) from landing.raw").fetchall()
    ragged, shifts = [], []
    if positions or _lines(path) != records + 1:
        ragged, shifts, walked = _walk(path, dialect.quote.encode(), positions)
        if (walked, len(ragged)) != (records, len(positions)):
            raise Refused(
                f"its lines cannot all be accounted for: {records} were read and {len(positions)} "
                f"do not fit, but {walked} and {len(ragged)} were counted; look for quotes inside "
                "cells"
            )
    con.execute("create or replace table landing.ragged (line bigint)")
    con.execute("create or replace table landing.line_shift (record bigint, shift bigint)")
    if ragged:
        con.executemany("insert into landing.ragged values ($1)", [(line,) for line in ragged])
    if shifts:
        con.executemany("insert into landing.line_shift values ($1, $2)", shifts)


def _misfits(con, dialect):
    "The positions in bytes of the lines that do not fit. Raises Refused for what no line survives"
    errors = con.execute(
        "select distinct line_byte_position, error_type, csv_line from reject_errors"
    ).fetchall()
    if any(kind == "INVALID ENCODING" for _, kind, _ in errors):
        raise Refused(f"the file is not {dialect.encoding}")
    unquoted = [text or "" for _, kind, text in errors if kind == "UNQUOTED VALUE"]
    if any("\n" in text.strip("\r\n") for text in unquoted):
        raise Refused("a quoted cell is not closed")
    return {position for position, *_ in errors}


def _lines(path):
    "How many lines the file has; the last may lack its line break"
    count, last = 0, b"\n"
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            count += block.count(b"\n")
            last = block[-1:]
    return count + (last != b"\n")


def _walk(path, quote, positions):
    """Where records begin: the lines of those that do not fit, (record, shift) wherever the shift
    changes, and their number.

    positions: of the lines that do not fit, in bytes counted from 1. The reader lets such a line
    begin with the blank lines before it, and with the second half of a CR LF.
    """
    ragged, shifts = [], []
    record, shift, offset = 0, 0, 0
    is_open = is_bad = after_cr_lf = False
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            begins, is_bad = (
                not is_open,
                is_bad or offset + 1 in positions or (after_cr_lf and offset in positions),
            )
            offset, after_cr_lf = offset + len(line), line.endswith(b"\r\n")
            is_open ^= line.count(quote) % 2 == 1
            if not begins or not line.strip(b"\r\n") or number == 1:
                continue
            if is_bad:
                ragged.append(number)
                is_bad, is_open = False, False
                continue
            if number - 2 - record != shift:
                shift = number - 2 - record
                shifts.append((record, shift))
            record += 1
    return ragged, shifts, record


def number(con, into, first):
    """Create the view `into` of `landing.raw` with each record's line: its place, moved by what the
    reader left out before it."""
    if not con.execute("select count(*) from landing.line_shift").fetchone()[0]:
        con.execute(
            f"create or replace view {into} as select * exclude (file_row_number), file_row_number"
            f" + {first} as line from landing.raw"
        )
        return
    create(con, "landing.block_shift")
    create(con, "landing.record_shift")
    con.execute(
        f"create or replace view {into} as select raw.* exclude (file_row_number), file_row_number"
        f" + {first} + coalesce(record_shift.shift, block_shift.shift, 0) as line from landing.raw"
        " left join landing.block_shift on block_shift.block = raw.file_row_number // 1024 left"
        " join landing.record_shift on record_shift.record = raw.file_row_number"
    )
