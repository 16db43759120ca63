"""The records of a block of a CSV file, all at once."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipeline.readers.rows import bits
from pipeline.readers.rows.form import LONGEST


@dataclass(frozen=True)
class Records:
    """The records of a block, one place of each array a record.

    starts, ends: its first byte, and its line feed. lines: how many lines of the block are before
    it. fits, is_blank: whether it has the header's number of cells, or nothing at all. odd: the
    records that have to be read cell by cell, as places in the arrays.
    """

    starts: np.ndarray
    ends: np.ndarray
    lines: np.ndarray
    fits: np.ndarray
    is_blank: np.ndarray
    odd: np.ndarray

    def __len__(self):
        return len(self.ends)

    def from_byte(self, start):
        """The first record that ends at or after a byte."""
        return int(self.ends.searchsorted(start))

    def next_odd(self, record):
        """The first odd record from this one on; the number of records if there is none."""
        place = self.odd.searchsorted(record)
        return int(self.odd[place]) if place < len(self.odd) else len(self)


class Marks:
    """Where the delimiters, quotes and line breaks of a block stand.

    text: bytes that begin with a record and end in a line feed. A record may be read only if all
    before it were well quoted; where one was not, the quotes after it open and close the other way
    round, and `records(is_odd=True)` are right.
    """

    def __init__(self, text, form, cells):
        self._text, self._form, self._cells = text, form, cells
        whole_words = -(-len(text) // bits.WORD) * bits.WORD
        self._bytes = np.frombuffer(text.ljust(whole_words, b"\0"), np.uint8)
        is_feed = self._bytes == ord("\n")
        self._breaks, self._feeds = np.flatnonzero(is_feed), bits.packed(is_feed)
        self._delimiters, self._quotes = self._where(form.delimiter), self._where(form.quote)
        self._odd = bits.parity(self._quotes)
        self._known = {}

    def is_odd_before(self, start):
        """Whether an odd number of quotes stands before a byte."""
        return start > 0 and bits.is_in(self._odd, start - 1)

    def lines_before(self, start):
        """How many lines end before a byte."""
        return int(self._breaks.searchsorted(start))

    def records(self, is_odd):
        """The Records of the block, for those that have an even (or odd) number of quotes before
        them."""
        if is_odd not in self._known:
            self._known[is_odd] = self._records(~self._odd if is_odd else self._odd)
        return self._known[is_odd]

    def _where(self, byte):
        if byte not in self._text:
            return np.zeros(len(self._bytes) // bits.WORD, np.uint64)
        return bits.packed(self._bytes == ord(byte))

    def _records(self, quoted):
        places = np.flatnonzero(~bits.are_in(quoted, self._breaks))
        ends = self._breaks[places]
        starts, lines = _following(ends), _following(places)
        delimiters = bits.counts_before(self._delimiters & ~quoted, ends)
        length = ends - starts
        is_blank = (length == 0) | ((length == 1) & (self._bytes[starts] == ord("\r")))
        fits = (np.diff(delimiters, prepend=0) + 1 == self._cells) & ~is_blank
        is_odd = ((places > lines) & ~fits) | (length >= LONGEST)
        misplaced = np.searchsorted(ends, self._misplaced(quoted))
        is_odd[misplaced[misplaced < len(ends)]] = True
        return Records(starts, ends, lines, fits, is_blank, np.flatnonzero(is_odd))

    def _misplaced(self, quoted):
        "Where quotes and carriage returns stand that open, close or end nothing"
        if self._form.quote not in self._text and b"\r" not in self._text:
            return np.empty(0, np.int64)
        before_cell, after_cell, returns = self._edges
        opens, closes = self._quotes & quoted, self._quotes & ~quoted
        return bits.places_of((opens & ~before_cell) | (closes & ~after_cell) | (returns & ~quoted))

    @cached_property
    def _edges(self):
        """Where a quote may open, where one may close, and carriage returns without line feed.

        Beside a delimiter, a line break or another quote (a doubled one closes and opens again),
        with at most one space between.
        """
        breaks, returns = self._feeds, self._where(b"\r")
        before_break = returns & bits.before(breaks)
        begins = bits.after(self._delimiters | breaks)
        begins[0] |= np.uint64(1)
        ends = bits.before(self._delimiters | breaks | before_break)
        if self._form.spaces:
            spaces = self._where(self._form.spaces)
            begins |= bits.after(begins & spaces)
            ends |= bits.before(ends & spaces)
        doubled = self._quotes
        return (
            begins | bits.after(doubled),
            ends | bits.before(doubled),
            returns & ~before_break,
        )


def _following(ends):
    "What begins behind each end but the last, and at 0"
    return np.concatenate(([0], ends[:-1] + 1))[: len(ends)]
