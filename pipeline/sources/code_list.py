"""A site's list of codes, read from a CSV or Parquet file: only the columns that are understood."""

import csv
from dataclasses import dataclass
from functools import cache
from itertools import islice

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.core import ENTITIES, UsageError
from pipeline.readers import cell_text, is_parquet
from pipeline.sources.names import key_of, known_names

ENCODINGS = ("utf-8-sig", "cp1252")
DELIMITERS = (",", ";", "\t", "|")
MOST = 1_000_000  # rows of a list
COLUMNS = ("entity", "code_system", "code", "name", "rows")
_HEADERS = {  # beside those of sources/column_names.csv
    "entity": ("entity", "domain", "domainid", "table", "type", "kind", "category"),
    "code_system": ("codesystem", "system", "codingsystem", "vocabulary", "vocabularyid",
                    "terminology", "codetype"),
    "code": ("code", "conceptcode"),
    "name": ("name", "display", "conceptname", "title"),
    "rows": ("rows", "count", "n", "records", "frequency"),
}  # fmt: skip
_ENTITIES = {
    "lab_result": ("labresult", "lab", "laboratory", "test", "measurement", "labor"),
    "medication": ("medication", "drug", "medicine", "prescription", "drugexposure"),
    "condition": ("condition", "diagnosis", "problem", "conditionoccurrence", "disease"),
    "procedure": ("procedure", "operation", "surgery", "procedureoccurrence"),
}


@dataclass(frozen=True)
class CodeList:
    """The codes of a site's file. rows: (entity, code_system, code, name, rows), an empty cell is
    None. columns: which header was understood as what. unread: the other headers."""

    rows: list
    columns: dict
    unread: list


def read_code_list(path):
    """The CodeList of a file with a header. Raises UsageError where it cannot be read, or no column
    of it holds codes or names."""
    if not path.is_file():
        raise UsageError(f"The file {path} does not exist. Check the path.")
    header, rows = _parquet(path) if is_parquet(path) else _text(path)
    if len(rows) > MOST:
        raise UsageError(
            f"{path.name} has more than {MOST:,} rows. Give a list with each code once."
        )
    columns = _understood(header)
    if not {"code", "name"} & columns.keys():
        raise UsageError(
            f"{path.name} has no column of codes: of the {len(header):,} names in its first line"
            " none is known. Name a column `code`, and where there are such columns `code_system`,"
            " `name` and `entity`."
        )
    places = [header.index(columns[name]) if name in columns else None for name in COLUMNS]
    cells = (
        [row[place].strip() or None if place is not None and place < len(row) else None
         for place in places]
        for row in rows
    )  # fmt: skip
    listed = [(_entity(entity), *rest) for entity, *rest in cells if any(rest[1:3])]
    return CodeList(listed, columns, [name for name in header if name not in columns.values()])


def _text(path):
    for encoding in ENCODINGS:
        try:
            with path.open(encoding=encoding, newline="") as file:
                first = file.readline()
                file.seek(0)
                lines = csv.reader(file, delimiter=max(DELIMITERS, key=first.count))
                lines = (line for line in lines if any(map(str.strip, line)))
                header, *rows = list(islice(lines, MOST + 2)) or [[]]
        except UnicodeError:
            continue
        except csv.Error:
            raise UsageError(f"{path.name} is not CSV. Export it as CSV.") from None
        return [name.strip() for name in header], rows
    raise UsageError(f"{path.name} is neither UTF-8 nor Windows-1252. Export it as UTF-8.")


def _parquet(path):
    try:
        columns = pq.read_table(path).to_pydict()
    except (pa.ArrowException, OSError):
        raise UsageError(f"{path.name} is not readable Parquet. Export it again.") from None
    texts = [[cell_text(cell) for cell in cells] for cells in columns.values()]
    return list(columns), [list(row) for row in zip(*texts, strict=True)]


def _understood(header):
    "Of each of COLUMNS the header that is its name: the first name that is known of it"
    keys = {key_of(name): name for name in reversed(header) if name}
    found = {}
    for column in COLUMNS:
        names = (key for key in _names_of(column) if keys.get(key) not in (None, *found.values()))
        if key := next(names, None):
            found[column] = keys[key]
    return found


@cache
def _names_of(column):
    "A column that is named after a version, icd_version, holds no name of a system"
    listed = [key for entity in ENTITIES for key in known_names(entity, column, None)]
    return tuple(
        dict.fromkeys([*_HEADERS[column], *(key for key in listed if "version" not in key)])
    )


def _entity(cell):
    key = key_of(cell or "")
    return next((entity for entity, names in _ENTITIES.items() if key.rstrip("s") in names), None)
