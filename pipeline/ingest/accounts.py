"""The account of a file: rows = accepted + rejected + duplicates + skipped, by reason and kind."""

from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta

from pipeline import lake
from pipeline.core import LakeUnavailable


@dataclass(frozen=True)
class Account:
    """What became of the rows of one delivered file."""

    file: str
    sha256: str
    source: str
    entity: str | None
    rows: int = 0
    accepted: int = 0
    rejected: dict = field(default_factory=dict)
    duplicates: int = 0
    skipped: dict = field(default_factory=dict)
    refused: str | None = None
    transaction_id: str = ""
    snapshot: str | None = None

    @property
    def transaction(self):
        "What makes the file's appends happen once: the same bytes under the same profile are the same delivery"
        return self.transaction_id or transaction_of(self.source, self.sha256, self.snapshot)

    def renamed(self, transaction):
        return replace(self, transaction_id=transaction)

    def adds_up(self):
        return self.rows == self.accepted + sum(self.rejected.values()) + self.duplicates + sum(self.skipped.values())

    def as_json(self):
        """The account as interface.md gives it."""
        kept = ("file", "sha256", "entity", "rows", "accepted", "rejected", "duplicates", "skipped", "refused")
        return {key: value for key, value in asdict(self).items() if key in kept}


def transaction_of(source, sha256, snapshot=None):
    """The id under which a file's rows are appended once: its bytes, its profile, and the snapshot it belongs to."""
    return f"{source}/{sha256}" + (f"@{snapshot}" if snapshot else "")


def tally(con, landed, *, file, sha256, source, entity, snapshot=None):
    """Count the checked rows of the entities that the file delivers; records of no entity are other_message."""
    rejected, skipped = {}, {}
    accepted = 0
    duplicates = con.execute("select count(*) from staging.duplicate_row").fetchone()[0]
    for each in landed.entities:
        for skip, reject, rows in con.execute(
            f"select skipped_because, rejected_because, count(*) from staging.checked_{each} group by all order by all"
        ).fetchall():
            if skip:
                skipped[skip] = skipped.get(skip, 0) + rows
            elif reject:
                rejected[reject] = rejected.get(reject, 0) + rows
            else:
                accepted += rows
    ragged = con.execute("select count(*) from landing.ragged").fetchone()[0]
    if ragged:
        rejected["ragged_row"] = ragged
    taken = accepted + sum(skipped.values()) + sum(rejected.values())
    if other := landed.rows - taken if landed.other is None else landed.other:
        skipped["other_message"] = other
    account = Account(
        file=file, sha256=sha256, source=source, entity=entity, rows=landed.rows, accepted=accepted - duplicates,
        rejected=rejected, duplicates=duplicates, skipped=skipped, snapshot=snapshot,
    )  # fmt: skip
    assert account.adds_up(), f"the account of {file} does not add up"
    return account


def receipt_time(home):
    """When a file is received: now or, if the clock stepped back by up to a day, just after the last one: the later word counts."""
    now, delta = datetime.now(UTC), lake.open_table(home, "delivery")
    known = delta.to_pyarrow_table(columns=["received_at"])["received_at"].to_pylist() if delta else ()
    newest = max((one for one in known if one), default=datetime.min.replace(tzinfo=UTC))
    return newest + timedelta(microseconds=1) if now <= newest <= now + timedelta(days=1) else now


def account_of_earlier_ingest(home, *, source, sha256, name, snapshot=None):
    """The account of a file that was ingested before, byte for byte: all its rows are duplicates. None when it is new."""
    delta = lake.open_table(home, "delivery")
    if delta is None or delta.transaction_version(transaction_of(source, sha256, snapshot)) is None:
        return None
    held = delta.to_pyarrow_table(columns=["sha256", "source", "entity", "rows", "refused"]).to_pylist()
    found = next(row for row in held if row["sha256"] == sha256 and row["source"] == source and row["refused"] is None)
    return Account(file=name, sha256=sha256, source=source, entity=found["entity"], rows=found["rows"], duplicates=found["rows"])


def check_tables_present(con, home, found):
    """Raises LakeUnavailable where a table is not there although, by the accounts of the attached lake, files went into it.

    found: the version of each table that was attached, None where there is none.
    """
    named = con.execute("select distinct unnest(string_split(entities, '|')) from lake.delivery where refused is null").fetchall()
    if gone := [table for (table,) in sorted(named) if table in found and found[table] is None]:
        raise LakeUnavailable(
            f"The lake under {home.lake} has lost what was delivered: {', '.join(gone)} (by its accounts there were such files). "
            "Nobody is screened as if there had been none. Restore the backup, or replay the archive: b12 reingest"
        )
