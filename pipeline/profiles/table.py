"""The model of one kind of table in a profile: how its cells are written, and how its rows become
rows of the entities."""

import json
import re
from contextlib import closing
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from pipeline.core import Malformed, fault, read_text
from pipeline.engine import EngineError, connect

VERBATIM = ("value", "comment")  # their words stay words: NULL is not a number
IN_A_CODE = ("code", "name", "code_system")
IN_A_VALUE = ("value", "unit", "comment", "status")


def as_text(value):
    "YAML reads yes and no as truth values; the extracts know true and false"
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def listed(value):
    "One of something, or a list"
    return () if value is None else value if isinstance(value, list) else [value]


def _named(columns):
    "A list of canonical columns means that they are delivered under these very names"
    return {name: name for name in columns} if isinstance(columns, list) else columns


def _check_delivered(names):
    listed = names.get("first_of") if isinstance(names, dict) and len(names) == 1 else names
    if not isinstance(names, str) and not (
        isinstance(listed, list) and listed and all(isinstance(name, str) for name in listed)
    ):
        raise ValueError(
            "write a column's name, a list of names, or {first_of: [names]}; put yes, no and"
            " numbers in quotation marks"
        )
    return names


def check_encoding(name):
    try:
        "".encode(name)
    except (LookupError, UnicodeError):
        raise ValueError("there is no such encoding") from None
    return name


def _split_constants(column):
    "What a wide column's cells are: constants, and other columns of the file under `columns`"
    if not isinstance(column, dict) or "constants" in column:
        return column
    others = {name: value for name, value in column.items() if name != "columns"}
    return {"constants": others, "columns": column.get("columns") or {}}


def _read_select(path):
    "The text of a site's own SELECT"
    try:
        text = read_text(path)
    except (OSError, Malformed) as error:
        raise ValueError(f"{path.name} cannot be read: {fault(error)}") from None
    with closing(connect()) as con:
        [[serialised]] = con.execute("select json_serialize_sql($1)", [text]).fetchall()
    tree = json.loads(serialised)
    if tree["error"]:
        line = text[: int(tree.get("position") or 0)].count("\n") + 1
        raise ValueError(f"{path.name} is not a SELECT, as line {line} shows")
    if len(tree["statements"]) != 1:
        raise ValueError(f"{path.name} is not one SELECT")
    return text


def groups_of(pattern, parts):
    """The parts of a cell that a regular expression finds: name -> number of its group. A group
    without a name is the first of the parts. Raises ValueError."""
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        raise ValueError("this is not a regular expression") from None
    groups = dict(compiled.groupindex) or ({parts[0]: 1} if compiled.groups == 1 else {})
    if parts[0] not in groups or not groups.keys() <= set(parts):
        raise ValueError(
            f"write the {parts[0]} in round brackets; with more than one pair, give each a name:"
            f" (?P<{parts[0]}>…), and where it applies {', '.join(parts[1:])}"
        )
    return groups


def _check_pattern(pattern, parts):
    groups_of(pattern, parts)
    try:
        with closing(connect()) as con:  # RE2, which has no look-around and no back-references
            con.execute("select regexp_matches('', $1)", [pattern]).fetchall()
    except EngineError:
        raise ValueError("this is not a regular expression of RE2") from None
    return pattern


def _check_code_pattern(pattern):
    return _check_pattern(pattern, IN_A_CODE)


def _check_value_pattern(pattern):
    return _check_pattern(pattern, IN_A_VALUE)


Character = Annotated[str, Field(min_length=1, max_length=1)]
Word = Annotated[str, BeforeValidator(as_text)]
Delivered = Annotated[Any, AfterValidator(_check_delivered)]  # see `names_of`
Columns = Annotated[dict[str, Delivered], BeforeValidator(_named)]
Listed = Annotated[tuple[Word, ...], BeforeValidator(listed)]


class Record(BaseModel):
    """A part of a profile. A key that it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Dialect(Record):
    """How a text file is cut into rows and cells."""

    delimiter: Character = ","
    quote: Character = '"'
    encoding: Annotated[str, AfterValidator(check_encoding)] = "utf-8"


class Layout(Record):
    """How cells are written. A kind of file may have a layout of its own.

    sheet: of an Excel workbook the one that is read; None: the first that is not empty.
    """

    dialect: Dialect = Dialect()
    date_order: Literal["iso", "ymd", "dmy", "mdy"] = "iso"
    decimal_mark: Literal[".", ","] = "."
    thousands_mark: Literal[".", ",", " ", "'"] | None = None
    sheet: str | None = None


class WideColumn(Record):
    """What the cells of one column of a wide table are. constants: canonical column -> its value
    for every cell. columns: canonical column -> a column of the file, as in `required`."""

    constants: dict[str, Word]
    columns: Columns = {}


class Owner(NamedTuple):
    """The columns, in lower case, whose cells say whose a row is: joined by a space or, with
    is_first, the first that is filled. used: all columns that say something of that person; None:
    every column."""

    columns: tuple[str, ...]
    is_first: bool = False
    used: frozenset[str] | None = None


class Rows(Record):
    """How rows of a table become rows of one entity.

    required, optional: canonical column -> the file's, which must or may be in the header. when: a
    column -> patterns, one of which its cell must fit (in any case; * stands for anything). wide:
    column -> WideColumn; each of its cells that is not empty is a row. unit_of: code as delivered
    -> the unit of a value without one. code_pattern, value_pattern: regular expressions that find
    the code or the value in a cell, as by `groups_of`; a cell that does not fit stays as it is.
    date_from: canonical column -> the column of the reference file that the profile's `lookup`
    finds for the row, for a day without a cell of its own.
    """

    required: Columns = {}
    optional: Columns = {}
    when: dict[str, Listed] = {}
    wide: dict[str, Annotated[WideColumn, BeforeValidator(_split_constants)]] = {}
    unit_of: dict[Word, Word] = {}
    code_pattern: Annotated[str, AfterValidator(_check_code_pattern)] | None = None
    value_pattern: Annotated[str, AfterValidator(_check_value_pattern)] | None = None
    date_from: dict[str, str] = {}

    @property
    def all(self):
        "Delivered names by canonical name, required ones first"
        return {**self.required, **self.optional}

    @property
    def must_have(self):
        "The columns that the header must have"
        of_wide = [name for wide in self.wide.values() for name in flat(wide.columns.values())]
        return [*flat(self.required.values()), *self.when, *self.wide, *of_wide]

    @property
    def owner(self):
        "Whose such a row is, as an Owner"
        number = self.all["patient_id"]
        used = [*self.must_have, *flat(self.optional.values())]
        return Owner(
            columns=tuple(name.lower() for name in names_of(number)),
            is_first=isinstance(number, dict),
            used=frozenset(name.lower() for name in used),
        )

    @property
    def as_written(self):
        "The columns in which words that stand for nothing stay words"
        return flat(self.all[name] for name in VERBATIM if name in self.all)


class Table(Layout, Rows):
    """One kind of file.

    entity: what its rows become, where that is not the kind's own name. split: entity -> Rows, for
    a table of several entities; a row may become a row of each of them. sql: entity -> the SELECT
    that makes its rows of `delivered`, the columns by their own names. verbatim: which of the
    columns hold values as the source wrote them, beside those of `value` and `comment`.
    """

    entity: str | None = None
    split: dict[str, Rows] = {}
    sql: dict[str, Annotated[str, BeforeValidator(_read_select)]] = {}
    verbatim: Columns = {}

    @property
    def parts(self):
        "What makes rows of it: the table itself, or each of the parts it is split into"
        return list(self.split.values()) or [self]

    @property
    def is_row_a_record(self):
        "Whether each row gives one record: not where it is split, wide, or read by a SELECT"
        return not (self.split or self.wide or self.when or self.sql)

    @property
    def delivered(self):
        """The names a table of this kind must and may have, in lower case, and which of them hold
        text as the source wrote it: `{required: [...], optional: [...], verbatim: [...]}`"""
        named = {
            "required": [name for part in self.parts for name in part.must_have],
            "optional": [name for part in self.parts for name in flat(part.optional.values())],
            "verbatim": [
                *flat(self.verbatim.values()),
                *(name for part in self.parts for name in part.as_written),
            ],
        }
        return {need: [name.lower() for name in names] for need, names in named.items()}


def names_of(delivered):
    """The columns that a value of `required` or `optional` names: one name, a list that is joined
    by a space, or `{first_of: [...]}`, of which the first that is filled counts."""
    if isinstance(delivered, dict):
        return delivered["first_of"]
    return delivered if isinstance(delivered, list) else [delivered]


def flat(columns):
    """The names of several such values, in one list."""
    return [name for delivered in columns for name in names_of(delivered)]
