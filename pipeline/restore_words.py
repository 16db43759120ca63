"""The words of delivered files: among them an id that no table knows, because every row of it was rejected."""

import gzip
import re

import pyarrow.parquet as pq

from pipeline.readers.unpack import is_gzip

CELLS = re.compile(rb"""[,;|^~&\t\r\n"<>{}\[\]]+""")
WORDS = re.compile(rb"[\s'/:=]+")


def words_of(path):
    """Every cell and every word of a delivered file, as text; of Parquet, every value."""
    if path.suffix == ".parquet":
        return {str(value) for column in pq.read_table(path).columns for value in column.unique().to_pylist()}
    found = set()
    with gzip.open(path) if is_gzip(path) else path.open("rb") as file:
        for line in file:
            for cell in CELLS.split(line):
                found |= {cell.strip(), *WORDS.split(cell)}
    return {one.decode(errors="ignore") for one in found}
