"""Which records of a CSV file fit its header, on which lines they stand, and a file of these
alone."""

from array import array
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pipeline.readers.limits import check_rows
from pipeline.readers.rows.blocks import blocks
from pipeline.readers.rows.clean_copy import CleanCopy
from pipeline.readers.rows.form import BREAK, LONGEST, Form, form_of
from pipeline.readers.rows.header import Header
from pipeline.readers.rows.marks import Marks
from pipeline.readers.rows.record import read_record, written


@dataclass(frozen=True)
class Survey:
    """What a CSV file holds.

    path: the file, or a copy with only the records that fit. records: how many these are. ragged:
    the lines at which the others begin. shifts: (record, shift) wherever the shift changes: by how
    many lines a record stands below its place, when the first stands on line 2.
    """

    path: Path
    records: int
    ragged: np.ndarray
    shifts: np.ndarray


@dataclass
class _Found:
    "What was found so far. shift: that of the last record"

    records: int = 0
    shift: int = 0
    ragged: array = field(default_factory=lambda: array("q"))
    shifts: array = field(default_factory=lambda: array("q"))

    def check(self):
        "Raises Refused where there are too many rows to account for"
        check_rows(self.records + len(self.ragged))

    def add_ragged(self, lines):
        "Records that do not fit, by their lines"
        self.ragged.frombytes(lines.astype(np.int64).tobytes())

    def add(self, lines):
        "Records that fit, by their lines"
        shift = lines - 2 - np.arange(self.records, self.records + len(lines))
        changed = np.flatnonzero(np.diff(shift, prepend=self.shift))
        if len(changed):
            places = np.column_stack((self.records + changed, shift[changed]))
            self.shifts.frombytes(places.astype(np.int64).tobytes())
            self.shift = int(shift[-1])
        self.records += len(lines)

    def add_one(self, line):
        "The same for one record, of which a defective file may have millions"
        if (shift := line - 2 - self.records) != self.shift:
            self.shifts.extend((self.records, shift))
            self.shift = shift
        self.records += 1


def survey(path, header, dialect, folder):
    """Judge every record of a CSV file by its Header; returns its Survey.

    A record fits when it is well quoted and has as many cells as the header. One that is not well
    quoted costs its own line, and the next line begins a record again. folder: for the copy, which
    is written if the file has a record that does not fit or that readers read differently.
    """
    form, found = form_of(dialect), _Found()
    copy = CleanCopy(path, folder / "clean.csv", header=header, form=form)
    with copy:
        if not header.is_plain:
            copy.begin(header.end)
        walk = _Walk(form, header, found, copy, line=header.lines + 1, offset=header.end)
        rest = b""
        for block in blocks(path, header.end, header.line_break):
            rest = walk.through(rest + form.single(block), is_last=False)
            found.check()
        if rest:
            walk.through(rest, is_last=True)
    ragged, shifts = (np.frombuffer(kept, np.int64) for kept in (found.ragged, found.shifts))
    return Survey(copy.path, found.records, ragged, shifts.reshape(-1, 2))


@dataclass
class _Walk:
    "A walk through the blocks. line, offset: of the first byte of the next block, in the file"

    form: Form
    header: Header
    found: _Found
    copy: CleanCopy
    line: int
    offset: int

    @property
    def cells(self):
        return len(self.header.cells)

    def through(self, text, *, is_last):
        """Take the records of a block; returns the rest, which the next one begins with.

        An odd record near the end waits for the next block, which may hold what decides.
        """
        marks, start = Marks(text, self.form, self.cells), 0
        while start < len(text):
            records = marks.records(marks.is_odd_before(start))
            first = records.from_byte(start)
            stop = records.next_odd(first)
            if stop > first:
                self._take(text, records, slice(first, stop))
                start = int(records.ends[stop - 1]) + 1
            elif not is_last and len(text) - start <= LONGEST:
                break
            else:
                start = self._take_odd(text, start, self.line + marks.lines_before(start))
        self.line += marks.lines_before(start)
        self.offset += len(self.form.restored(text[:start]))
        return text[start:]

    def _take(self, text, records, run):
        fits, is_blank, lines = (
            records.fits[run], records.is_blank[run], records.lines[run] + self.line,
        )  # fmt: skip
        ragged = ~fits & ~is_blank
        # in a table of one column a reader takes a blank line for a record
        if ragged.any() or (self.cells == 1 and is_blank.any()):
            self._begin_copy(text, int(records.starts[run][0]))
        self.found.add_ragged(lines[ragged])
        self.found.add(lines[fits])
        starts, ends = records.starts[run], records.ends[run]
        for begin, stop in _runs(fits) if self.copy.has_begun else ():
            self.copy.add(text[starts[begin] : ends[stop - 1] + 1])

    def _take_odd(self, text, start, line):
        "One record, cell by cell; returns where the next one begins"
        cells, end = _judge(text, start, self.form, self.cells)
        self._begin_copy(text, start)
        if cells is None:
            self.found.ragged.append(line)
        else:
            self.found.add_one(line)
            self.copy.add(written(cells, self.form) + self.header.line_break)
        return end

    def _begin_copy(self, text, start):
        if not self.copy.has_begun:
            self.copy.begin(self.offset + len(self.form.restored(text[:start])))


def _runs(fits):
    "Where runs of records that fit begin and end"
    edges = np.flatnonzero(np.diff(fits, prepend=False, append=False))
    return edges.reshape(-1, 2).tolist()


def _judge(text, start, form, cells):
    """The cells of an odd record and where the next one begins; None instead of cells where it does
    not fit.

    A record of several lines that has too many or too few cells is ragged as a whole, unless one of
    its later lines is plain and fits alone: then a quote joined what does not belong together, and
    only the first line is ragged.
    """
    next_line = text.index(BREAK, start) + 1
    record = read_record(text, start, form)
    if record is None or record.end - start > LONGEST:
        return None, next_line
    if len(record.cells) == cells:
        return record.cells, record.end
    later = text[next_line : record.end].split(BREAK)[:-1]
    if any(_fits_alone(line + BREAK, form, cells) for line in later):
        return None, next_line
    return None, record.end


def _fits_alone(line, form, cells):
    record = read_record(line, 0, form)
    return record is not None and record.is_plain and len(record.cells) == cells
