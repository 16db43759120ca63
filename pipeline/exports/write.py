"""A worklist as a file for others: a spreadsheet, FHIR, OMOP cohorts, CSV, JSON. Rows stream: a
hundred thousand need no memory.

Rows are dicts, of the published worklist or of the worklist store: what a row does not have is left
out.
"""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from pipeline.core import UsageError, replacing
from pipeline.exports.fhir import write_bundle
from pipeline.exports.omop import write_cohorts
from pipeline.exports.sheet import write_sheet
from pipeline.exports.text import write_csv, write_json


@dataclass(frozen=True)
class Form:
    """How an export is named and served; is_binary: nothing for a terminal."""

    media_type: str
    suffix: str
    title: str
    is_binary: bool = False


SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {
    "csv": Form("text/csv; charset=utf-8", ".csv", "CSV"),
    "xlsx": Form(SPREADSHEET, ".xlsx", "Excel", is_binary=True),
    "json": Form("application/json", ".json", "JSON"),
    "fhir": Form("application/fhir+json", ".fhir.json", "FHIR R4"),
    "omop": Form("text/csv; charset=utf-8", ".cohort.csv", "OMOP cohort"),
}  # fmt: skip
_WRITERS = {
    "csv": write_csv,
    "xlsx": write_sheet,
    "json": write_json,
    "fhir": write_bundle,
    "omop": write_cohorts,
}


def write(form, rows, out, *, meta):
    """Write the rows in one of FORMATS into a binary file, or to a path, which appears whole.
    Raises UsageError for another form.

    meta: of which run, see `meta_of`.
    """
    if form not in FORMATS:
        raise UsageError(f"{form} is not an export format. Choose from {', '.join(FORMATS)}.")
    if not isinstance(out, str | Path):
        _WRITERS[form](rows, out, meta)
        return
    with replacing(Path(out)) as part, part.open("wb") as file:
        _WRITERS[form](rows, file, meta)


def as_file(form, rows, *, meta):
    """The export as an open temporary file without a name, at its beginning: to be served in
    pieces, and closed. Raises UsageError."""
    file = TemporaryFile()  # noqa: SIM115
    write(form, rows, file, meta=meta)
    file.seek(0)
    return file


def file_name(form, meta):
    """What the file is called: no patient, the day and the form."""
    return f"b12-worklist-{meta.as_of}{FORMATS[form].suffix}"
