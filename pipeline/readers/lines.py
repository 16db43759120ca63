"""The lines of a CSV file: which do not fit the header, and on which line each record stands."""

from pipeline.errors import Refused

BLOCK = 1 << 22


def note_ragged(con, path, dialect):
    """Note the lines that do not fit, and how far each record's line lies from its place in the table.

    The reader passes over blank lines and lines that do not fit, and a quoted cell may hold line breaks; only when the
    file has any of these is it read again to find where its records begin.
    """
    errors = con.execute("select distinct line_byte_position, error_type, csv_line from reject_errors").fetchall()
    if any(kind == "INVALID ENCODING" for _, kind, _ in errors):
        raise Refused(f"the file is not {dialect['encoding']}")
    if any("\n" in (text or "").strip("\r\n") for _, kind, text in errors if kind == "UNQUOTED VALUE"):
        raise Refused("a quoted cell is opened and never closed")
    records = con.execute("select count(*) from landing.raw").fetchone()[0]
    positions = {position for position, *_ in errors}
    ragged, shifts = [], []
    if positions or _lines(path) != records + 1:
        ragged, shifts, walked = _walk(path, dialect["quote"].encode(), positions)
        if (walked, len(ragged)) != (records, len(positions)):
            raise Refused(
                f"its lines cannot all be accounted for: {records} were read and {len(positions)} do not fit, "
                f"but {walked} and {len(ragged)} were counted; look for quotes inside cells"
            )
    con.execute("create or replace table landing.ragged (line bigint)")
    con.execute("create or replace table landing.line_shift (record bigint, shift bigint)")
    if ragged:
        con.executemany("insert into landing.ragged values ($1)", [(line,) for line in ragged])
    if shifts:
        con.executemany("insert into landing.line_shift values ($1, $2)", shifts)


def _lines(path):
    "How many lines the file has; the last may lack its line break"
    count, last = 0, b"\n"
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            count += block.count(b"\n")
            last = block[-1:]
    return count + (last != b"\n")


def _walk(path, quote, positions):
    """Where records begin: the lines of those that do not fit, (record, shift) wherever the shift changes, and their number.

    positions: of the lines that do not fit, in bytes counted from 1. The reader lets such a line begin with the blank lines
    before it, and with the second half of a CR LF.
    """
    ragged, shifts = [], []
    record, shift, offset = 0, 0, 0
    is_open = is_bad = after_cr_lf = False
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            begins, is_bad = not is_open, is_bad or offset + 1 in positions or (after_cr_lf and offset in positions)
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
