"""How much a Parquet file decodes to, by its metadata and its dictionaries and before it is read: a
value that stands once in two kilobytes may stand for eleven gigabytes."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.core import Refused
from pipeline.readers.limits import (
    beyond_unpacked,
    check_cell,
    check_columns,
    check_rows,
    unpacked_at_most,
)

CHUNKS = 1_000_000  # of a column in a row group; a file of so many is not a table
WIDTHS = {"BOOLEAN": 1, "INT32": 4, "INT64": 8, "INT96": 12, "FLOAT": 4, "DOUBLE": 8}
SHARING = "DELTA_BYTE_ARRAY"  # an encoding in which a value shares its beginning with the last one
DICTIONARIES = ("PLAIN_DICTIONARY", "RLE_DICTIONARY")
LEAST = 1_000_000_000  # bytes that any file may decode to: columns of one value are small
SMALL, LARGE = 64, 1 << 16  # rows at a time
DAMAGED = "the file is not readable Parquet: it is truncated or damaged; deliver it again"


def check_parquet(path):
    """Raises Refused for a Parquet file that is damaged, or that decodes to more rows, columns or
    bytes than are allowed."""
    try:
        with pq.ParquetFile(path) as file:
            metadata = file.metadata
            _check_counts(metadata)
        listed = _listed(metadata)
        with pq.ParquetFile(path, metadata=metadata, read_dictionary=listed) as file:
            _check_bytes(file, path.stat().st_size)
    except MemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError):
        raise Refused(DAMAGED) from None


def _check_counts(metadata):
    check_columns(metadata.num_columns)
    if metadata.num_columns * metadata.num_row_groups > CHUNKS:
        raise Refused(
            f"it has {metadata.num_row_groups:,} row groups: write it with fewer, larger ones"
        )
    groups = [metadata.row_group(group) for group in range(metadata.num_row_groups)]
    check_rows(max(metadata.num_rows, sum(group.num_rows for group in groups)))
    for place in range(metadata.num_columns):
        # what the rows are said to be need not be what the columns hold
        check_rows(sum(group.column(place).num_values for group in groups))


def _listed(metadata):
    "The columns whose values are listed once, in dictionaries; other encodings cannot be read so"
    chunks = [
        metadata.row_group(group).column(place)
        for group in range(metadata.num_row_groups)
        for place in range(metadata.num_columns)
        if metadata.row_group(group).column(place).physical_type == "BYTE_ARRAY"
    ]
    others = {chunk.path_in_schema for chunk in chunks if SHARING in chunk.encodings}
    listed = {chunk.path_in_schema for chunk in chunks if set(chunk.encodings) & set(DICTIONARIES)}
    return sorted(listed - others)


def _check_bytes(file, size):
    most, total = unpacked_at_most(size, least=LEAST), 0
    for group in range(file.metadata.num_row_groups):
        for place in range(file.metadata.num_columns):
            total += _bytes_of_chunk(file, group, place, most - total)
            if total > most:
                raise beyond_unpacked(total, most)


def _bytes_of_chunk(file, group, place, room):
    """At most so many bytes come out of one column of a row group; exactly so many where that is
    more than there is room for"""
    chunk, column = (
        file.metadata.row_group(group).column(place),
        file.metadata.schema.column(place),
    )
    if column.max_repetition_level or column.max_definition_level > 1:
        return chunk.total_uncompressed_size  # of lists and records, which are refused unread
    if chunk.physical_type in WIDTHS:
        return chunk.num_values * WIDTHS[chunk.physical_type]
    if chunk.physical_type == "FIXED_LEN_BYTE_ARRAY":
        check_cell(column.length)
        return chunk.num_values * column.length
    if SHARING in chunk.encodings:
        return _counted(file, group, column.path, room, SMALL)
    if not set(chunk.encodings) & set(DICTIONARIES):
        return chunk.total_uncompressed_size
    most = chunk.total_uncompressed_size + chunk.num_values * _longest(file, group, column.path)
    return most if most <= room else _counted(file, group, column.path, room, LARGE)


def _longest(file, group, name):
    "Bytes of the longest value of the dictionary, which comes with the first row"
    for values in _values(file, group, name, 1):
        longest = max(_lengths(getattr(values, "dictionary", values)).tolist(), default=0)
        check_cell(longest)
        return longest
    return 0


def _counted(file, group, name, room, rows):
    "The bytes of all values, as far as there is room; never more than so many rows at once"
    counted = 0
    for values in _values(file, group, name, rows):
        if isinstance(values, pa.DictionaryArray):
            counted += int(_lengths(values.dictionary)[_numbers(values.indices)].sum())
        else:
            counted += int(_lengths(values).sum())
        if counted > room:
            break
    return counted


def _lengths(values):
    return _numbers(pc.binary_length(values))  # pyright: ignore[reportAttributeAccessIssue]


def _numbers(values):
    return values.fill_null(0).to_numpy(zero_copy_only=False)


def _values(file, group, name, rows):
    for batch in file.iter_batches(batch_size=rows, row_groups=[group], columns=[name]):
        yield batch.column(0)
