"""Clinicians' notes on their way from the worklist into the lake, as a delivery like any other: archived, counted, replayed."""

import csv
from datetime import UTC, datetime

from pipeline import worklist
from pipeline.errors import LakeUnavailable
from pipeline.ingest import ingest_file

SOURCE = "clinician_notes"


def take_in_notes(home, store):
    """Ingest the notes that the lake does not have yet; returns how many. Killed half-way, it is done again: what is in is a duplicate."""
    ids, rows = worklist.undelivered(store)
    if not ids:
        return 0
    name = f"condition_notes_{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.csv"
    home.work.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = home.work / name
    with path.open("w", encoding="utf-8", newline="") as file:
        path.chmod(0o600)
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    account = ingest_file(home, path=path, source=SOURCE, name=name)
    if account.refused or account.accepted + account.duplicates < account.rows:
        raise LakeUnavailable(
            f"Clinicians' notes did not go into the lake ({account.refused or account.rejected}). See b12 rejects; report it."
        )
    worklist.delivered(store, ids)
    return len(ids)
