"""The command line, called in this process: fast, as Great Expectations is imported once."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from pipeline.cli.main import main

DATA = Path(__file__).parent / "data"
AS_OF = "2026-01-31"


@dataclass(frozen=True)
class Answer:
    """What a command returned and printed."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


def b12(home, *arguments):
    """Call one command on a home; returns its Answer."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = main([*map(str, arguments), "--home", str(home)])
        except SystemExit as usage:
            code = usage.code
    return Answer(code, out.getvalue(), err.getvalue())


def run(home, folder, source="canonical", as_of=AS_OF):
    """Ingest a folder and screen; the answer must be exit code 0."""
    answer = b12(home, "run", folder, "--source", source, "--as-of", as_of)
    assert answer.code == 0, answer.err
    return answer


def deliver(folder, **files):
    """Write canonical extracts, `lab_result=[{...}, ...]` or `lab_result=text`, into a folder; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for entity, rows in files.items():
        (folder / f"{entity}.csv").write_text(
            rows if isinstance(rows, str) else as_csv(rows), encoding="utf-8", newline=""
        )
    return folder


def as_csv(rows):
    """Dicts as a CSV text: every cell quoted, columns in the order in which they first come."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [columns, *([str(row.get(column, "")) for column in columns] for row in rows)]
    return "".join(
        ",".join('"' + cell.replace('"', '""') + '"' for cell in line) + "\n" for line in lines
    )


def latest(home, name):
    """A file of the last published run, as bytes."""
    return (home / "runs" / "latest" / name).read_bytes()


def assessments(home):
    """The rows of the last published assessment, by patient."""
    rows = pq.read_table(home / "runs" / "latest" / "assessment.parquet").to_pylist()
    assert len({row["patient_id"] for row in rows}) == len(rows)
    return {row["patient_id"]: row for row in rows}


def adds_up(account):
    """Whether rows = accepted + rejected + duplicates + skipped."""
    parts = (
        account["accepted"],
        account["duplicates"],
        *account["rejected"].values(),
        *account["skipped"].values(),
    )
    return account["refused"] is None and account["rows"] == sum(parts)
