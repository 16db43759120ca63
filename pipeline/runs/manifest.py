"""What a run says of itself in its `manifest.json`: what it read, by which protocol, and what
became of it."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError, field_serializer, model_validator

from pipeline.core import Malformed, StorageError, clock, read_bytes, read_json, write_json

WHY_HELD = {
    "gate": "a gate warned",
    "protocol": "its protocol is not signed, or the protocol's review is overdue",
}
PROTOCOL_CHANGED = "protocol changed"  # how each change that it may have made begins
# how each sentence of `warned` begins that says why a shadow was not counted
SHADOW_LEFT, FORMER_LEFT = "The shadow protocol", "The protocol of the run before"

State = Literal["published", "closed", "held", "discarded", "superseded", "replay"]


class Record(BaseModel):
    """A part of a manifest; what a newer version of the program adds is kept as it is."""

    model_config = ConfigDict(frozen=True, extra="allow")


class SignedBy(Record):
    """Who signed the text of a pack, and on which day."""

    name: str
    role: str
    on: date


class PackVersion(Record):
    """The protocol pack of a run. sha256: of its file or files, as of `Pack.sha256`.
    signed_sha256: what a signature of it counts for, as of `Pack.signed_sha256`. is_signed,
    is_review_overdue: when it screened; None of a run of an earlier version."""

    pack: str
    version: str
    sha256: str = ""
    signed_sha256: str | None = None
    is_signed: bool | None = None
    signed_by: SignedBy | None = None
    next_review: date | None = None
    is_review_overdue: bool | None = None

    def __str__(self):
        return f"{self.pack} {self.version}"

    def is_other_than(self, former):
        """Whether it is another pack, not another version or text of the same."""
        return self.pack != former.pack

    def change_from(self, former):
        """What a run says where another pack, or another text of it, screened the run before, a
        PackVersion; None where it is the same. Runs of earlier versions do not say the text."""
        if str(self) != str(former):
            return f"{PROTOCOL_CHANGED}: {former} → {self}"
        if former.sha256 and self.sha256 and former.sha256 != self.sha256:
            return f"{PROTOCOL_CHANGED}: another text of {self}"
        return None


class InputFile(Record):
    """A delivered file that was in the lake."""

    source: str
    file: str
    sha256: str
    entity: str | None
    rows: int


class TableRead(Record):
    """How much of a table there is, and how much of it the buckets of a run read in all: what two
    of them read counts twice. bytes: compressed."""

    rows: int
    bytes: int
    rows_read: int
    bytes_read: int


class Inputs(Record):
    """What a run read. tables: the version of each lake table, None where there was none. lake:
    which lake it was. expectations: the SHA-256 of the home's expectations.yaml, in hex. read: by
    table, of a run in several buckets; one bucket reads every row once."""

    tables: dict[str, int | None]
    lake: str | None = None
    files: tuple[InputFile, ...] = ()
    expectations: str | None = None
    read: dict[str, TableRead] | None = None


class RowCounts(Record):
    """How many patients a run assessed, in how many files, and how many of them are on its
    worklist."""

    assessment: int
    worklist: int
    files: int = 1


class Approval(Record):
    """A steward's decision on a held run, for the audit trail."""

    is_approved: bool
    by: str
    because: str
    at: datetime


class RunManifest(Record):
    """The manifest of a run.

    started, finished: instants in UTC. warned: a sentence for each expectation that warned, and
    for what of the protocol is not in order where that holds the run: held_for says which of them.
    protocol_before: of the run published before, where that was screened by another pack or text.
    asked_by: the key under which one run is published, however often it is asked for.
    is_unattended: a schedule asked for it. replay_of: the run screened again.
    """

    run_id: str
    published: bool
    state: State
    as_of: date
    started: datetime
    finished: datetime
    code_version: str
    protocol: PackVersion
    protocol_before: PackVersion | None = None
    inputs: Inputs
    rows: RowCounts
    warned: tuple[str, ...] = ()
    held_for: tuple[Literal["gate", "protocol"], ...] = ()
    asked_by: str | None = None
    is_unattended: bool = False
    replay_of: str | None = None
    approval: Approval | None = None

    @model_validator(mode="before")
    @classmethod
    def _with_state(cls, values):
        "Runs of the first version say only whether they were published"
        if isinstance(values, dict) and "state" not in values:
            return {**values, "state": "published" if values.get("published") else "closed"}
        return values

    @field_serializer("started", "finished")
    def _with_offset(self, instant):
        return instant.isoformat()

    @property
    def protocol_change(self):
        "What became of the protocol since the run before, in words; None where it is the same"
        return self.protocol_before and self.protocol.change_from(self.protocol_before)

    @property
    def why_held(self):
        "Of a held run, in words"
        return " and ".join(WHY_HELD[each] for each in self.held_for or ("gate",))

    @property
    def is_past_or_near(self):
        """Whether its as-of date is at most tomorrow: a mistyped year must not stand before every
        run until then"""
        return self.as_of <= clock.today() + timedelta(days=1)


def read_manifest(folder):
    """The RunManifest of a run's folder. Raises StorageError where it is damaged."""
    path = folder / "manifest.json"
    try:
        return RunManifest.model_validate_json(read_bytes(path))
    except (ValidationError, Malformed, NotADirectoryError):
        raise damaged(path) from None


def known_manifest(folder):
    """As `read_manifest`, and kept while the file is the same: it names every file of the lake, so
    it is not read for every page."""
    try:
        changed_at = (folder / "manifest.json").stat().st_mtime_ns
    except NotADirectoryError:
        raise damaged(folder / "manifest.json") from None
    return _kept_manifest(folder, changed_at)


@lru_cache(4)
def _kept_manifest(folder, _changed_at):
    return read_manifest(folder)


def read_counts(path):
    """What a file of JSON of a run says, such as `summary.json`. Raises FileNotFoundError, and
    StorageError where it is damaged."""
    try:
        return read_json(path)
    except (Malformed, NotADirectoryError):
        raise damaged(path) from None


def damaged(path):
    """The StorageError of a file of a run that cannot be read."""
    return StorageError(
        f"{path} is damaged. Restore the folder from the backup, or move it away to remove the run"
        " from the list."
    )


def write_manifest(folder, manifest):
    """Write a RunManifest into a run's folder, whole or not at all."""
    write_json(folder / "manifest.json", manifest.model_dump(mode="json", exclude_defaults=True))
