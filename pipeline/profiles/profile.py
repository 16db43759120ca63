"""What a source's YAML says of its files, as a model: `Profile`, and one subclass for each
format."""

import re
from datetime import date
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from pipeline.core import ENTITIES, SOURCES, fault
from pipeline.profiles.maps import filled

EMPTY = ("null", "(null)", "\\n", "none", "nil", "nan", "nat", "na", "<na>", "n/a", "#n/a")
VERBATIM = ("value", "comment")  # their words stay words: NULL is not a number
NAME = re.compile(r"[A-Za-z0-9_-]+")


def _unless_empty(value):
    "A key without a value in YAML says nothing"
    return {} if value is None else value


def _as_text(value):
    "YAML reads yes and no as truth values; the extracts know true and false"
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _named(columns):
    "A list of canonical columns means that they are delivered under these very names"
    return {name: name for name in columns} if isinstance(columns, list) else columns


def _check_delivered(names):
    if not isinstance(names, str) and not (
        isinstance(names, list) and all(isinstance(name, str) for name in names)
    ):
        raise ValueError(
            "write a column's name, or a list of names; put yes, no and numbers in quotation marks"
        )
    return names


def _check_name(name):
    if not NAME.fullmatch(name):
        raise ValueError("a name has only letters, digits, _ and -")
    return name


def _check_shipped(name):
    if not NAME.fullmatch(name):
        raise ValueError("this is not the name of a shipped profile")
    return name


def _check_entity(name):
    if name not in ENTITIES:
        raise ValueError(f"{name} is not an entity")
    return name


def _check_encoding(name):
    try:
        "".encode(name)
    except (LookupError, UnicodeError):
        raise ValueError("there is no such encoding") from None
    return name


def _check_message_encoding(name):
    if "MSH|^~\\&".encode(_check_encoding(name)) != b"MSH|^~\\&":
        raise ValueError("its first 128 characters are not those of ASCII")
    return name


def _check_time_zone(name):
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name} is not a time zone; write it as Europe/Berlin") from None
    return name


def _read_maps(paths):
    if not isinstance(paths, list):
        raise ValueError("write a list of file names, such as [map.csv]")
    rows = []
    for path in paths:
        try:
            rows += filled(path)
        except UnicodeDecodeError as error:
            raise ValueError(f"{path.name}: {fault(error)}") from None
        except OSError as error:
            raise ValueError(f"{path.name} cannot be read: {error.strerror}") from None
    return tuple(rows)


def _listed(value):
    "One of something, or a list"
    return () if value is None else [value] if isinstance(value, str) else value


def _check_server(url):
    "The server as the SELECTs compare it: a.example/fhir"
    if not re.match(r"https?://[^/]", url, re.IGNORECASE):
        raise ValueError("write the URL of a server, such as https://fhir.example/r4")
    return re.sub("^https?://", "", url.lower()).rstrip("/")


def _check_snapshot(pattern):
    try:
        days = re.compile(pattern).groups
    except (re.error, OverflowError, RecursionError):
        raise ValueError("this is not a regular expression") from None
    if days != 1:
        raise ValueError("write a regular expression with the day in one pair of brackets")
    return pattern


Character = Annotated[str, Field(min_length=1, max_length=1)]
Word = Annotated[str, BeforeValidator(_as_text)]
Default = Annotated[  # a key without a value sets no default
    str | None, BeforeValidator(lambda value: None if value is None else _as_text(value))
]
Name = Annotated[str, BeforeValidator(lambda value: str(value).strip())]
Names = Annotated[frozenset[Name], BeforeValidator(lambda value: () if value is None else value)]
Patterns = tuple[str, ...]
Delivered = Annotated[Any, AfterValidator(_check_delivered)]  # a name, or a list of names
Columns = Annotated[dict[str, Delivered], BeforeValidator(_named)]
Server = Annotated[str, AfterValidator(_check_server)]
Position = Literal["OBX-14", "OBR-7", "OBR-14", "OBR-22", "SPM-17"]
NumberPosition = Literal["PID-3", "PID-2", "PID-4"]


class Record(BaseModel):
    """A part of a profile. A key that it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Dialect(Record):
    """How a text file is cut into rows and cells."""

    delimiter: Character = ","
    quote: Character = '"'
    encoding: Annotated[str, AfterValidator(_check_encoding)] = "utf-8"


class Layout(Record):
    """How cells are written. A kind of file may have a layout of its own."""

    dialect: Dialect = Dialect()
    date_order: Literal["iso", "ymd", "dmy", "mdy"] = "iso"
    decimal_mark: Literal[".", ","] = "."
    thousands_mark: Literal[".", ",", " ", "'"] | None = None


class Table(Layout):
    """The columns of one kind of file: canonical name -> delivered name, or a list of names that
    are joined by a space.

    entity: what its rows become, where that is not the kind's own name. verbatim: which of the
    columns hold values as the source wrote them, beside those of `value` and `comment`.
    """

    entity: str | None = None
    required: Columns = {}
    optional: Columns = {}
    verbatim: Columns = {}

    @property
    def all(self):
        "Delivered names by canonical name, required ones first"
        return {**self.required, **self.optional}


class Profile(Layout):
    """What a source's YAML in `sources/` says of its files; its keys are those of the YAML.

    files: kind of file -> patterns of its names. columns: kind -> its Table. words: canonical
    column -> the source's words -> canonical words. empty_words: cells that hold nothing, except
    in values and comments. later_delivery_wins: of rows of one id that nothing dates, the one that
    was delivered last counts. maps: rows of the steward's maps, as dicts.
    """

    name: Annotated[str, AfterValidator(_check_name)] = Field(alias="profile")
    title: Word = ""
    extends: str | None = None
    format: str
    files: dict[str, Patterns]
    columns: dict[str, Table] = {}
    time_zone: Annotated[str, AfterValidator(_check_time_zone)] = "UTC"
    ignore: Patterns = ()
    reference: Patterns = ()
    other_columns: Literal["refused", "ignored"] = "refused"
    defaults: dict[Annotated[str, AfterValidator(_check_entity)], dict[str, Default]] = {}
    words: dict[str, dict[Word, Word]] = {}
    empty_words: Names = frozenset(EMPTY)
    later_delivery_wins: bool = False
    maps: Annotated[tuple[dict[str, Any], ...], BeforeValidator(_read_maps)] = ()
    snapshot: Annotated[str, AfterValidator(_check_snapshot)] | None = None
    selects: Annotated[str, AfterValidator(_check_shipped)] | None = None
    patient_columns: dict[str, str] = {}

    def kind_of_file(self, path):
        """The kind of file a name stands for: a key of `files`, `reference`, `ignored`, or None
        when no pattern fits.

        path: relative, with slashes; a pattern fits from the end of the path, so `data/*.parquet`
        fits `x/data/y/0.parquet`. Case means nothing, and a last `.gz` neither.
        """
        path = path.lower().removesuffix(".gz")
        if _fits(path, self.reference):
            return "reference"
        if _fits(path, self.ignore):
            return "ignored"
        return next((kind for kind, patterns in self.files.items() if _fits(path, patterns)), None)

    @property
    def patterns(self):
        "The names that files of this source may have, in words"
        return ", ".join(pattern for patterns in self.files.values() for pattern in patterns)

    @property
    def number_marks(self):
        "The decimal mark, and the mark that groups thousands if there is one"
        return self.decimal_mark + (self.thousands_mark or "")

    def for_kind(self, kind):
        """The profile as it is for one kind of file, which may have a layout of its own."""
        if kind not in self.columns:
            return self
        table = self.columns[kind]
        own = {
            key: getattr(table, key) for key in Layout.model_fields if key in table.model_fields_set
        }
        if "dialect" in own:
            set_there = own["dialect"].model_dump(exclude_unset=True)
            own["dialect"] = self.dialect.model_copy(update=set_there)
        return self.model_copy(update=own)

    def entity_of_kind(self, kind):
        "The entity that the rows of a kind of table become"
        return self.columns[kind].entity or kind

    def delivered_columns(self, kind):
        """The names a table of this kind must and may have, in lower case, and which of them hold
        text as the source wrote it: `{required: [...], optional: [...], verbatim: [...]}`"""
        table = self.columns[kind]
        as_written = [table.all[name] for name in VERBATIM if name in table.all]
        named = {
            "required": table.required.values(),
            "optional": table.optional.values(),
            "verbatim": [*table.verbatim.values(), *as_written],
        }
        return {need: [name.lower() for name in _flat(names)] for need, names in named.items()}

    @property
    def selects_folder(self):
        "The folder of the SELECTs that make this source's rows; None where its columns say it all"
        folder = SOURCES / (self.selects or self.name)
        return folder if folder.is_dir() else None

    def selects_of(self, kind):
        "The SELECTs in `sources/<profile>/<kind>/`, by entity; none where the columns say it all"
        files = sorted((self.selects_folder / kind).glob("*.sql")) if self.selects_folder else ()
        return {file.stem: file.read_text(encoding="utf-8") for file in files}


class TableProfile(Profile):
    """CSV or Parquet tables: one row, one record. See sources/example_site.yaml."""

    format: Literal["table"]


class MedsProfile(Profile):
    """MEDS event tables. align_last_event_on: the day that each patient's last event is moved
    to. See sources/meds.yaml."""

    format: Literal["meds"]
    align_last_event_on: date | None = None


class Hl7v2PatientId(Record):
    """Which identifier is the patient's: of these authorities (CX-4) and types (CX-5), both empty
    the first, in the first of these fields (`from`) that holds one."""

    authority: Names = frozenset()
    type: Names = frozenset()
    positions: Annotated[tuple[NumberPosition, ...], Field(min_length=1, alias="from")] = (
        "PID-3",
        "PID-2",
    )

    @property
    def is_position_chosen(self):
        "Whether the profile names other fields, or another order of them, than the usual one"
        return self.positions != Hl7v2PatientId().positions


class Hl7v2Profile(Profile):
    """HL7 v2 messages. See sources/hl7v2.yaml, which explains each key."""

    format: Literal["hl7v2"]
    encoding: Annotated[str, AfterValidator(_check_message_encoding)] = "utf-8"
    collected_from: Annotated[tuple[Position, ...], Field(min_length=1)] = (
        "OBX-14",
        "OBR-7",
        "SPM-17",
        "OBR-14",
    )
    patient_id: Annotated[Hl7v2PatientId, BeforeValidator(_unless_empty)] = Hl7v2PatientId()
    trailers: Literal["refuse", "reject"] = "refuse"
    times_without_zone: Literal["message", "profile"] = "message"
    skip_processing: Names = frozenset()


class FhirPatientId(Record):
    """The identifier that is the patient id: that of this system; without one, Patient.id, on these
    servers (none: as the file tells)."""

    identifier_system: str | None = None
    base_url: Annotated[tuple[Server, ...], BeforeValidator(_listed)] = ()


class FhirProfile(Profile):
    """FHIR R4 resources. See sources/fhir_r4.yaml, which explains each key."""

    format: Literal["fhir"]
    patient_id: Annotated[FhirPatientId, BeforeValidator(_unless_empty)] = FhirPatientId()
    issued_as_collected: bool = False


FORMATS = {"table": TableProfile, "meds": MedsProfile, "hl7v2": Hl7v2Profile, "fhir": FhirProfile}


def _flat(names):
    return [part for name in names for part in (name if isinstance(name, list) else [name])]


def _fits(path, patterns):
    name = PurePosixPath(path).name
    lowered = [pattern.lower() for pattern in patterns]
    return any(
        fnmatchcase(path, f"*/{pattern}")
        or fnmatchcase(path, pattern)
        or fnmatchcase(name, pattern)
        for pattern in lowered
    )
