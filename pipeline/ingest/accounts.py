"""The account of a file: rows = accepted + rejected + duplicates + skipped, by reason and kind."""

from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta

from pipeline import lake
from pipeline.protocol import proposals

IN_JSON = (
    "file",
    "sha256",
    "entity",
    "rows",
    "accepted",
    "rejected",
    "duplicates",
    "skipped",
    "refused",
    "blanked",
    "withdrawals",
    "notes",
)


@dataclass(frozen=True)
class Account:
    """The outcome of the rows of one delivered file. rejected: rows by reason. skipped: rows by
    kind. refused: why, or None. is_quarantined: it lies in quarantine/ instead.
    blanked: unreadable cells that were left out of accepted rows, by column. withdrawals: accepted
    rows that take something back. notes: sentences on what was not read, or not mapped."""

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
    is_quarantined: bool = False
    blanked: dict = field(default_factory=dict)
    withdrawals: int = 0
    is_later_winning: bool = False
    transaction_id: str = ""
    snapshot: str | None = None
    notes: tuple = ()

    @property
    def transaction(self):
        """What makes the file's appends happen once: the same bytes under the same profile are the
        same delivery"""
        return self.transaction_id or transaction_of(self.source, self.sha256, self.snapshot)

    def with_transaction(self, transaction):
        return replace(self, transaction_id=transaction)

    def adds_up(self):
        return self.rows == self.accepted + sum(self.rejected.values()) + self.duplicates + sum(
            self.skipped.values()
        )

    def as_json(self):
        """The account as `b12 ingest --format json` prints it."""
        return {name: value for name, value in asdict(self).items() if name in IN_JSON}


def transaction_of(source, sha256, snapshot=None):
    """The id under which a file's rows are appended once: its bytes, its profile, and the snapshot
    it belongs to."""
    return f"{source}/{sha256}" + (f"@{snapshot}" if snapshot else "")


def transaction_of_refusal(source, sha256, snapshot=None):
    """The id under which the account of a refused file is appended once."""
    return f"{transaction_of(source, sha256, snapshot)}-refused"


def tally(con, landed, file):
    """The Account of a DeliveredFile from its checked rows; records that belong to no entity count
    as other_message, those that the reader could not understand as not_understood."""
    accepted, rejected, skipped = _outcomes(con, landed.entities)
    skipped["not_understood"] = landed.not_understood
    rejected["ragged_row"] = _count(con, "landing.ragged")
    other = landed.other
    if other is None:
        other = landed.rows - accepted - rejected.total() - skipped.total()
    skipped["other_message"] += other
    duplicates = _count(con, "staging.duplicate_row")
    blanked, withdrawals = _left_out_and_taken_back(con, landed.entities)
    account = Account(
        file=file.name, sha256=file.sha256, source=file.profile.name, entity=file.kind,
        rows=landed.rows, accepted=accepted - duplicates, rejected=dict(+rejected),
        duplicates=duplicates, skipped=dict(+skipped), snapshot=file.snapshot, blanked=blanked,
        withdrawals=withdrawals, is_later_winning=file.profile.later_delivery_wins,
        notes=(*landed.notes, *_resemblances(con, landed.entities)),
    )  # fmt: skip
    assert account.adds_up(), f"the account of {file.name} does not add up"
    return account


def _outcomes(con, entities):
    "How many rows are acceptable, how many are rejected by reason, and skipped by kind"
    accepted, rejected, skipped = 0, Counter(), Counter()
    for entity in entities:
        counted = (
            f"select skipped_because, rejected_because, count(*) from staging.checked_{entity}"
            " group by all order by all"
        )
        for skipped_because, rejected_because, rows in con.execute(counted).fetchall():
            if skipped_because:
                skipped[skipped_because] += rows
            elif rejected_because:
                rejected[rejected_because] += rows
            else:
                accepted += rows
    return accepted, rejected, skipped


def _count(con, rows):
    return con.execute(f"select count(*) from {rows}").fetchall()[0][0]


def _left_out_and_taken_back(con, entities):
    "Of the rows that go in: how many cells were left out, by column, and how many take back"
    blanked, withdrawals = Counter(), 0
    for entity in entities:
        cells = f"select unnest(blanked) as name from ({accepted_rows(entity)})"
        counted = con.execute(f"select name, count(*) from ({cells}) group by name order by name")
        blanked.update(dict(counted.fetchall()))
        if entity != "patient":
            took_back = f"({accepted_rows(entity)}) where status in ('retracted', 'withdrawn')"
            withdrawals += _count(con, took_back)
    return dict(blanked), withdrawals


def _resemblances(con, entities):
    "A note on unmapped codes whose names resemble what the protocol decides by: such rows are lost"
    rows = Counter()
    for entity in set(entities) - {"patient"}:
        counted = con.execute(
            f"select coalesce(name, code) as name, count(*) from staging.checked_{entity}"
            " where skipped_because = 'unmapped_code' and coalesce(name, code) is not null"
            " group by coalesce(name, code)"
        ).fetchall()
        proposed = proposals(entity, [name for name, _ in counted])
        for name, count in counted:
            if name in proposed and proposed[name].is_deciding:
                rows[proposed[name].name] += count
    if rows:
        named = ", ".join(f"{name} {count:,}" for name, count in rows.most_common(5))
        yield f"unmapped, though their names resemble names of the protocol: {named} (b12 unmapped)"


def accepted_rows(entity):
    """The SELECT of the checked rows of an entity that go into the lake."""
    return f"""
        select checked.* from staging.checked_{entity} as checked
        where skipped_because is null and rejected_because is null
            and (line, place) not in (
                select (line, place) from staging.duplicate_row where entity = '{entity}'
            )
    """


def receipt_time(home):
    """When a file is received: now or, if the clock stepped back by up to a day, just after the
    last one, so that order holds."""
    now, delta = datetime.now(UTC), lake.open_table(home, "delivery")
    times = (
        delta.to_pyarrow_table(columns=["received_at"])["received_at"].to_pylist() if delta else ()
    )
    newest = max((time for time in times if time), default=datetime.min.replace(tzinfo=UTC))
    return newest + timedelta(microseconds=1) if now <= newest <= now + timedelta(days=1) else now


def account_of_earlier_ingest(home, *, source, sha256, name, snapshot=None):
    """The account of a file that was ingested before, byte for byte: all its rows are duplicates.
    None when it is new."""
    delta = lake.open_table(home, "delivery")
    if delta is None or delta.transaction_version(transaction_of(source, sha256, snapshot)) is None:
        return None
    columns = ["sha256", "source", "entity", "rows", "refused"]
    earlier = next(
        row
        for row in delta.to_pyarrow_table(columns=columns).to_pylist()
        if row["sha256"] == sha256 and row["source"] == source and row["refused"] is None
    )
    return Account(
        file=name,
        sha256=sha256,
        source=source,
        entity=earlier["entity"],
        rows=earlier["rows"],
        duplicates=earlier["rows"],
    )
