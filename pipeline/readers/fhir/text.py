"""A FHIR file as the texts of its records, in batches: the lines of NDJSON, the entries of a
Bundle, a single resource."""

import json
import re
from array import array

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.core import Refused, settings
from pipeline.readers.fhir.bundle import BLOCK, LARGEST_VALUE, Window, entries, is_bundle
from pipeline.readers.fhir.depth import without_deep
from pipeline.readers.fhir.shape import MARK, holds_bundle, holds_lines, opened
from pipeline.readers.limits import check_rows

SCHEMA = pa.schema(
    {
        "record": pa.int64(),
        "line": pa.int64(),
        "text": pa.string(),
        "is_entry": pa.bool_(),
        "bundled_at": pa.string(),
    }
)
_LINE_BREAK = re.compile(b"\n")
_BREAKS_OFF = "its JSON is invalid or incomplete: deliver it again"


class Texts:
    """The records of a file in batches of SCHEMA; `count` is how many there were, `refusal` what
    stopped them.

    The text is null where a line is not UTF-8, and where it is nested too deeply (`deep` counts
    them). A reader that goes through
    DuckDB gets DuckDB's errors: hence `refusal`.
    """

    def __init__(self, path):
        self.path, self.count, self.deep, self.refusal = path, 0, 0, None
        self.is_ndjson = holds_lines(path)
        self.is_bundle = not self.is_ndjson and holds_bundle(path)

    def reader(self):
        return pa.RecordBatchReader.from_batches(SCHEMA, self._batches())

    def _batches(self):
        try:
            if self.is_ndjson:
                for block in _blocks(self.path):
                    yield from self._lines(*block)
            elif self.is_bundle:
                with opened(self.path) as file:
                    yield from self._rows(
                        (entry.number, entry.text, True, entry.bundled_at)
                        for entry in entries(Window(file=file))
                    )
            else:
                yield from self._rows([(1, self.path.read_text(encoding="utf-8-sig"), False, None)])
        except (ValueError, RecursionError, Refused) as error:
            self.refusal = str(error) if isinstance(error, Refused) else _BREAKS_OFF
            raise

    def _lines(self, number, block, ends):
        lines = _cut(block, ends)
        numbers = pa.array(range(number, number + len(ends)), pa.int64())
        # pyarrow makes its functions when it is imported, so the type checker cannot see them
        is_blank = pc.match_substring_regex(lines, r"^\s*$")  # pyright: ignore[reportAttributeAccessIssue]
        if pc.any(is_blank).as_py():  # pyright: ignore[reportAttributeAccessIssue]
            is_kept = pc.invert(is_blank)  # pyright: ignore[reportAttributeAccessIssue]
            lines, numbers = (column.filter(is_kept) for column in (lines, numbers))
        texts = _decoded(lines)
        if b'"Bundle"' in block:
            yield from self._rows(_unbundled(numbers.to_pylist(), texts.to_pylist()))
        else:
            yield self._batch(
                numbers, texts, pa.repeat(False, len(texts)), pa.nulls(len(texts), pa.string())
            )

    def _rows(self, rows):
        size, batch = 0, []
        for row in rows:
            batch.append(row)
            size += len(row[1] or "")
            if size >= BLOCK:
                yield self._batch(*map(pa.array, zip(*batch, strict=True)))
                size, batch = 0, []
        if batch:
            yield self._batch(*map(pa.array, zip(*batch, strict=True)))

    def _batch(self, lines, texts, are_entries, times):
        first, self.count = self.count + 1, self.count + len(lines)
        check_rows(self.count)
        texts, deep = without_deep(texts.cast(pa.string()), settings().file_nesting)
        self.deep += deep
        records = pa.array(range(first, self.count + 1))
        columns = zip([records, lines, texts, are_entries, times], SCHEMA, strict=True)
        return pa.record_batch(
            [column.cast(field.type) for column, field in columns], schema=SCHEMA
        )


def _blocks(path):
    """The file some MB at a time, as (number of its first line, bytes, where lines end in them).

    Of a line that is too long no more is left than that it is broken.
    """
    number, rest = 1, b""
    with path.open("rb") as file:
        if file.read(len(MARK)) != MARK:
            file.seek(0)
        while more := file.read(BLOCK):
            block = rest + more
            ends = [match.end() for match in _LINE_BREAK.finditer(block, len(rest))]
            if ends:
                yield number, block, ends
                number, rest = number + len(ends), block[ends[-1] :]
            else:
                rest = block if len(block) <= LARGEST_VALUE else b"\0"
    if rest:
        yield number, rest, [len(rest)]


def _cut(block, ends):
    "The lines of a block, each with its line break, which is blank to JSON; nothing is copied"
    offsets = array("i", [0, *ends])
    return pa.Array.from_buffers(
        pa.binary(), len(ends), [None, pa.py_buffer(offsets), pa.py_buffer(block)]
    )


def _decoded(lines):
    "The lines as text, null where they are not UTF-8"
    try:
        return lines.cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array([_text(line) for line in lines.to_pylist()], pa.string())


def _text(line):
    try:
        return line.decode()
    except UnicodeDecodeError:
        return None


def _unbundled(numbers, texts):
    "Of lines that are Bundles the entries, in place of them"
    for number, text in zip(numbers, texts, strict=True):
        if found := entries_of_line(text):
            yield from ((number, entry.text, True, entry.bundled_at) for entry in found)
        else:
            yield number, text, False, None


def entries_of_line(text):
    """The Entries of a line that is a Bundle; none of any other line, and of a broken one, which
    DuckDB judges. text: None where it is not UTF-8."""
    if text and '"Bundle"' in text:
        try:
            if is_bundle(json.loads(text)):
                return list(entries(Window(text)))
        except (ValueError, RecursionError):
            return []
    return []
