"""Try an answer of a steward on the archive: what held rows would be read as. Nothing is kept."""

from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from statistics import median

from pipeline.core import Refused, private_folder
from pipeline.engine import (
    EngineError,
    connect,
    is_disk_or_memory_error,
    rows_of,
    write_error,
)
from pipeline.ingest import DeliveredFile, validate_file
from pipeline.lake import query
from pipeline.landing import references_of, stored_path
from pipeline.sources.columns import MANY
from pipeline.sources.targets import canonical_unit


@dataclass(frozen=True)
class Question:
    """A code or a unit of a source, as delivered."""

    source: str
    entity: str
    kind: str
    code_system: str | None
    delivered: str


@dataclass(frozen=True)
class Results:
    """The results of one test that would go in. median, reported: of their values in the test's
    unit, and as they were delivered; None for fewer than five patients, and of results in several
    units. known: the median of those in the lake."""

    analyte: str
    rows: int
    patients: int
    unit: str | None
    median: float | None = None
    reported: float | None = None
    known: float | None = None


@dataclass
class Trial:
    """What became of the rows of a question in the files that were read.

    files: how many hold it. read: how many of these were read, the newest first. refused: how many
    would be refused. patients: of the rows that would go in. results: a Results for each test.
    """

    files: int
    read: int = 0
    refused: int = 0
    accepted: int = 0
    duplicates: int = 0
    patients: int = 0
    rejected: Counter = field(default_factory=Counter)
    skipped: Counter = field(default_factory=Counter)
    results: list = field(default_factory=list)

    @property
    def is_whole(self):
        return self.read == self.files and not self.refused


def try_answer(home, profile, question, *, most_files, most_bytes):
    """The Trial of a profile whose maps answer a Question, on the newest archived files that hold
    it: at most so many, of at most so many bytes together. Raises LakeUnavailable, StorageError."""
    table, where = _HELD_IN[question.kind]
    values = [question.source, question.delivered]
    if question.kind == "code":
        values += [question.entity, question.code_system]
    held = query(home, _FILES.format(table=table, where=where), values, only=(table,))
    trial, left, accepted = Trial(len(held)), most_bytes, []
    for delivery in held[:most_files]:
        path = _archived(home, delivery)
        if not path.is_file() or path.stat().st_size > left:
            continue
        left -= path.stat().st_size
        try:
            accepted += _read(home, _delivered(home, profile, path, delivery), question, trial)
            trial.read += 1
        except Refused:
            trial.refused += 1
        except EngineError as error:
            if is_disk_or_memory_error(error):
                raise write_error(home.root, error) from None
            trial.refused += 1  # as an ingest does where a value breaks a SELECT
    trial.patients = len({row["patient_id"] for row in accepted})
    trial.results = list(_results(home, accepted))
    return trial


def _archived(home, delivery):
    named = {"source": delivery["source"], "sha256": delivery["sha256"], "name": delivery["file"]}
    return stored_path(home, folder="archive", **named)


def _delivered(home, profile, path, delivery):
    return DeliveredFile(
        path=path,
        name=delivery["file"],
        sha256=delivery["sha256"],
        kind=profile.kind_of_file(delivery["file"]),
        profile=profile,
        received_at=delivery["received_at"],
        snapshot=delivery["snapshot"],
        references=references_of(home, profile.name),
    )


def _read(home, file, question, trial):
    "Count what becomes of the question's rows of a file; returns those that would go in"
    if file.kind in (None, "ignored", "reference"):
        raise Refused("it fits no pattern of the profile any more")
    with (
        private_folder(home, "trial") as folder,
        closing(connect(str(folder / "trial.duckdb"))) as con,
    ):
        landed, _ = validate_file(con, home, file, folder)
        if question.entity not in landed.entities:
            return []
        rows = rows_of(con, _BECOMES[question.entity == "lab_result"].format(
            entity=question.entity, where=_ROWS[question.kind]), _asked(question))  # fmt: skip
    for row in rows:
        if row["skipped_because"]:
            trial.skipped[row["skipped_because"]] += 1
        elif row["rejected_because"]:
            trial.rejected[row["rejected_because"]] += 1
        elif row["is_duplicate"]:
            trial.duplicates += 1
    accepted = [row for row in rows if not _reason(row)]
    trial.accepted += len(accepted)
    return accepted


def _reason(row):
    return row["skipped_because"] or row["rejected_because"] or row["is_duplicate"]


def _asked(question):
    if question.kind == "unit":
        return [question.delivered]
    return [question.delivered, question.code_system]


def _results(home, rows):
    for analyte in sorted({row["analyte"] for row in rows if row["analyte"]}):
        ours = [row for row in rows if row["analyte"] == analyte]
        patients = {row["patient_id"] for row in ours}
        unit = canonical_unit(analyte)
        counts = {"analyte": analyte, "rows": len(ours), "patients": len(patients), "unit": unit}
        pairs = [
            (row["value"], row["number"])
            for row in ours
            if None not in (row["value"], row["number"])
        ]
        if len(patients) < MANY or not pairs or len({row["unit_reported"] for row in ours}) > 1:
            yield Results(**counts)
            continue
        values, numbers = zip(*pairs, strict=True)
        yield Results(
            **counts,
            median=float(median(values)),
            reported=float(median(numbers)),
            known=_known(home, analyte),
        )


def _known(home, analyte):
    [row] = query(home, _KNOWN, [analyte, MANY], only=("lab_result",))
    return row["median"]


_HELD_IN = {
    "code": (
        "unmapped_code",
        """skipped_because = 'unmapped_code' and coalesce(code, name) = $2 and entity = $3
            and code_system is not distinct from $4""",
    ),
    "unit": ("rejected_row", "rejected_because = 'unknown_unit' and unit = $2"),
}
_FILES = """
    select source, sha256, any_value(file) as file, max(received_at) as received_at,
        max_by(snapshot, received_at) as snapshot
    from lake.delivery
    where refused is null and source = $1
        and sha256 in (select sha256 from lake.{table} where source = $1 and {where})
    group by source, sha256
    order by received_at desc, sha256
"""
_ROWS = {
    "code": "coalesce(code, name) = $1 and code_system is not distinct from $2",
    "unit": "unit_reported = $1",
}
_BECOMES = {
    True: """
        select checked.patient_id, skipped_because, rejected_because, analyte, value, unit,
            unit_reported, try_cast(
                digits_only(with_point(value_reported, file.number_marks)) as double) as number,
            (line, place) in (select (line, place) from staging.duplicate_row
                where entity = '{entity}') as is_duplicate
        from staging.checked_{entity} as checked cross join landing.file where {where}
    """,
    False: """
        select patient_id, skipped_because, rejected_because, null as analyte,
            (line, place) in (select (line, place) from staging.duplicate_row
                where entity = '{entity}') as is_duplicate
        from staging.checked_{entity} as checked where {where}
    """,
}
_KNOWN = """
    select case when count(distinct patient_id) >= $2 then cast(median(value) as double) end
        as median
    from lake.lab_result where analyte = $1 and status = 'final' and value is not null
"""
