"""Clinicians' notes on their way from the worklist into the lake, as a delivery like any other:
archived, counted, replayed."""

import csv
from datetime import UTC, datetime

from pipeline import worklist
from pipeline.ingest import ingest_file
from pipeline.lake import query

SOURCE = "clinician_notes"


def ingest_notes(home, store):
    """Ingest the notes that the lake does not have yet, one process at a time; returns how many
    went in and how many did not.

    A note counts as delivered once the lake holds it. A rejected note waits for the next run, and
    stops no screening.
    """
    with store.exclusive() as con:
        for orphan in home.work.glob("condition_notes_*.csv"):  # of a process that was killed
            orphan.unlink()
        rows = worklist.undelivered_notes(con, datetime.now(UTC).date())
        if not rows:
            return 0, 0
        _ingest(home, rows)
        arrived = _arrived(home, rows)
        worklist.mark_delivered(con, arrived)
    return len(arrived), len(rows) - len(arrived)


def _ingest(home, rows):
    name = f"condition_notes_{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.csv"
    home.work.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = home.work / name
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            path.chmod(0o600)
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        ingest_file(home, path=path, source=SOURCE, name=name)
    finally:
        path.unlink(missing_ok=True)


def _arrived(home, rows):
    "Those of the rows that the lake holds now, as counted or as withdrawn"
    held = query(
        home,
        "select distinct condition_id, status = 'retracted' as is_withdrawn from lake.condition"
        " where source = $1",
        [SOURCE],
    )
    known = {(row["condition_id"], row["is_withdrawn"]) for row in held}
    return [row for row in rows if (row["condition_id"], row["status"] != "active") in known]
