"""What a source's YAML says of its files, as a model: `Profile`, and one subclass for each
format."""

import re
from datetime import date
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field

from pipeline.core import CONTACT, ENTITIES, SOURCES, Malformed, fault
from pipeline.profiles.ids import clean_id, is_scientific
from pipeline.profiles.maps import filled, joined
from pipeline.profiles.table import (
    Layout,
    Owner,
    Record,
    Table,
    Word,
    as_text,
    check_encoding,
    listed,
)
from pipeline.protocol import code_system_names

EMPTY = ("null", "(null)", "\\n", "none", "nil", "nan", "nat", "na", "<na>", "n/a", "#n/a")
NAME = re.compile(r"[A-Za-z0-9_-]+")


def _unless_empty(value):
    "A key without a value in YAML counts as left out"
    return {} if value is None else value


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


def _check_message_encoding(name):
    if "MSH|^~\\&".encode(check_encoding(name)) != b"MSH|^~\\&":
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
    maps = []
    for path in paths:
        try:
            maps.append(filled(path))
        except (OSError, Malformed) as error:
            raise ValueError(f"{path.name} cannot be read: {fault(error)}") from None
    try:
        return joined(maps)
    except Malformed as error:
        raise ValueError(str(error)) from None


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


def _check_contact(names):
    if unknown := sorted(set(names) - set(CONTACT)):
        raise ValueError(f"{unknown[0]} is not one of {', '.join(CONTACT)}")
    return names


def _check_code_system(name):
    if name.upper() not in code_system_names():
        known = ", ".join(sorted(code_system_names()))
        raise ValueError(f"{name} is not a code system of the protocol; known: {known}, LOCAL")
    return name.upper()


Default = Annotated[  # a key without a value sets no default
    str | None, BeforeValidator(lambda value: None if value is None else as_text(value))
]
Name = Annotated[str, BeforeValidator(lambda value: str(value).strip())]
Names = Annotated[frozenset[Name], BeforeValidator(lambda value: () if value is None else value)]
Words = Annotated[Names, AfterValidator(lambda words: frozenset(word.lower() for word in words))]
Contact = Annotated[Names, AfterValidator(_check_contact)]
Patterns = tuple[str, ...]
Server = Annotated[str, AfterValidator(_check_server)]
CodeSystem = Annotated[str, AfterValidator(_check_code_system)]
Position = Literal["OBX-14", "OBR-7", "OBR-14", "OBR-22", "SPM-17"]
NumberPosition = Literal["PID-3", "PID-2", "PID-4"]


class PatientId(Record):
    """How the patient's number is written in every file of the source. Of its characters only the
    digits count; its letters are upper case; it is filled with zeros on the left up to a width."""

    digits_only: bool = False
    upper_case: bool = False
    width: Annotated[int, Field(ge=1, le=64)] | None = None

    @property
    def is_plain(self):
        "Whether ids are only cleaned, and stay otherwise as they are delivered"
        return not (self.digits_only or self.upper_case or self.width)

    def clean(self, text):
        """The number as the lake has it (`clean_patient_id` in SQL). One that a spreadsheet wrote
        in scientific notation stays as it is, to be rejected."""
        number = clean_id(text)
        if is_scientific(number):
            return number
        if self.digits_only:
            number = re.sub("[^0-9]+", "", number)
        if self.upper_case:
            number = "".join(char.upper() if char.isascii() else char for char in number)
        return number.rjust(self.width, "0") if self.width and number else number


class Profile(Layout):
    """What a source's YAML in `sources/` says of its files; its keys are those of the YAML.

    files: kind of file -> patterns of its names. columns: kind -> its Table. words: canonical
    column -> the source's words -> canonical words. empty_words: what an empty cell may hold, in
    lower case, except in values and comments. code_systems: the source's names of code systems ->
    those of the protocol. later_delivery_wins: of undated rows of one id, the one that was
    delivered last counts. maps: rows of the steward's maps, as dicts. patient_columns: kind -> the
    column of the patient's number, where SELECTs make the rows. contact: which of the columns of
    CONTACT are kept; all others are left where they are, in the archive.
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
    empty_words: Words = frozenset(EMPTY)
    code_systems: dict[Word, CodeSystem] = {}
    patient_id: Annotated[PatientId, BeforeValidator(_unless_empty)] = PatientId()
    later_delivery_wins: bool = False
    maps: Annotated[tuple[dict[str, Any], ...], BeforeValidator(_read_maps)] = ()
    snapshot: Annotated[str, AfterValidator(_check_snapshot)] | None = None
    selects: Annotated[str, AfterValidator(_check_shipped)] | None = None
    patient_columns: dict[str, str] = {}
    contact: Contact = frozenset(CONTACT)

    def kind_of_file(self, path):
        """The kind of file a name stands for: a key of `files`, `reference`, `ignored`, or None
        when no pattern fits.

        path: relative, with slashes; a pattern fits from the end of the path, so `data/*.parquet`
        fits `x/data/y/0.parquet`. Case means nothing, and a last `.gz` or `.zip` neither, unless
        the pattern has it.
        """
        lowered = path.lower()
        plain = lowered.removesuffix(".gz").removesuffix(".zip")
        return self._kind_of(plain) or (self._kind_of(lowered) if plain != lowered else None)

    def _kind_of(self, path):
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

    def delivered_columns(self, kind):
        """The columns of a kind of table, as by `Table.delivered`."""
        return self.columns[kind].delivered

    def parts_of(self, kind):
        "How a kind of table becomes rows: entity -> Rows"
        table = self.columns[kind]
        return table.split or {table.entity or kind: table}

    def owners_of(self, kind):
        """Whom a row of a kind of table is about: the Owner of each of the parts it is split
        into, who may be several people."""
        if column := self.patient_columns.get(kind):
            return (Owner((column.lower(),)),)
        return tuple(part.owner for part in self.columns[kind].parts)

    @property
    def selects_folder(self):
        "The folder of the SELECTs that make this source's rows; None where its columns say it all"
        folder = SOURCES / (self.selects or self.name)
        return folder if folder.is_dir() else None

    def selects_of(self, kind):
        "The shipped SELECTs in `sources/<profile>/<kind>/`, by entity; none where there are none"
        files = sorted((self.selects_folder / kind).glob("*.sql")) if self.selects_folder else ()
        return {file.stem: file.read_text(encoding="utf-8") for file in files}


class Lookup(Record):
    """How a row finds its own in the reference files: by the patient and a key. key: a column that
    both have. patient_id: the column of the reference file. last_event: the column whose latest day
    is the patient's last event, for `align_last_event_on`."""

    key: str
    patient_id: str
    last_event: str | None = None


class TableProfile(Profile):
    """CSV or Parquet tables: one row, one record. See sources/example_site.yaml, and
    docs/profile-keys.md for tables that are arranged otherwise.

    align_last_event_on: the day that each patient's last event is moved to, with all other days.
    """

    format: Literal["table"]
    lookup: Lookup | None = None
    align_last_event_on: date | None = None

    def delivered_columns(self, kind):
        """The columns of a kind of table, as by `Table.delivered`, with the key of the lookup."""
        columns = super().delivered_columns(kind)
        if self.lookup and self.looked_up_columns(kind):
            columns["required"].append(self.lookup.key.lower())
        return columns

    def looked_up_columns(self, kind):
        "The columns of the reference files that rows of this kind look up"
        parts = self.columns[kind].parts
        return list(dict.fromkeys(name for part in parts for name in part.date_from.values()))


class MedsProfile(Profile):
    """MEDS event tables. align_last_event_on: the day that each patient's last event is moved
    to. See sources/meds.yaml."""

    format: Literal["meds"]
    align_last_event_on: date | None = None


class Hl7v2PatientId(PatientId):
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


class FhirPatientId(PatientId):
    """The identifier that is the patient id: that of this system; without one, Patient.id, on these
    servers (none: as the file tells)."""

    identifier_system: str | None = None
    base_url: Annotated[tuple[Server, ...], BeforeValidator(listed)] = ()


class FhirProfile(Profile):
    """FHIR R4 resources. See sources/fhir_r4.yaml, which explains each key."""

    format: Literal["fhir"]
    patient_id: Annotated[FhirPatientId, BeforeValidator(_unless_empty)] = FhirPatientId()
    issued_as_collected: bool = False


FORMATS = {"table": TableProfile, "meds": MedsProfile, "hl7v2": Hl7v2Profile, "fhir": FhirProfile}


def _fits(path, patterns):
    name = PurePosixPath(path).name
    lowered = [pattern.lower() for pattern in patterns]
    return any(
        fnmatchcase(path, f"*/{pattern}")
        or fnmatchcase(path, pattern)
        or fnmatchcase(name, pattern)
        for pattern in lowered
    )
