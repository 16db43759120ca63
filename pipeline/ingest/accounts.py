"""The account of a file: rows = accepted + rejected + duplicates + skipped, by reason and kind."""

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
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
    snapshot: str | None = None
    notes: tuple = ()

    @property
    def transaction(self):
        """What makes the file's appends happen once: the same bytes under the same profile are the
        same delivery"""
        return transaction_of(self.source, self.sha256, self.snapshot)

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


def tally(con, landed, files):
    """The Accounts of DeliveredFiles, by their checked rows, in order.

    landed: number of a file -> Landed. Records that belong to no entity count as other_message,
    those that the reader could not understand as not_understood.
    """
    entities = next(iter(landed.values())).entities
    counted = _Counted(con, entities)
    return [_account(files[number], one, counted, number) for number, one in landed.items()]


class _Counted:
    "Of the judged rows by the number of their file"

    def __init__(self, con, entities):
        self.accepted, self.duplicates = Counter(), Counter()
        self.rejected, self.skipped = defaultdict(Counter), defaultdict(Counter)
        self.blanked, self.withdrawals = defaultdict(Counter), Counter()
        self.alike = _resemblances(con, entities)
        for entity in entities:
            self._count_outcomes(con, entity)
            self._count_accepted(con, entity)
        for number, rows in _by_file(con, "landing.ragged"):
            self.rejected[number]["ragged_row"] += rows
        for number, rows in _by_file(con, "staging.duplicate_row"):
            self.duplicates[number] += rows

    def _count_outcomes(self, con, entity):
        outcomes = _by_file(con, f"staging.checked_{entity}", "skipped_because", "rejected_because")
        for number, skipped_because, rejected_because, rows in outcomes:
            if skipped_because:
                self.skipped[number][skipped_because] += rows
            elif rejected_because:
                self.rejected[number][rejected_because] += rows
            else:
                self.accepted[number] += rows

    def _count_accepted(self, con, entity):
        "Of the rows that go in: how many cells were left out, by column, and how many take back"
        cells = f"(select line, unnest(blanked) as name from ({blanked_rows(entity)}))"
        for number, name, rows in _by_file(con, cells, "name"):
            self.blanked[number][name] += rows
        if entity != "patient":
            took_back = f"({accepted_rows(entity)}) where status in ('retracted', 'withdrawn')"
            for number, rows in _by_file(con, took_back):
                self.withdrawals[number] += rows


def _by_file(con, rows, *columns):
    "How many rows there are of each file and each value of the columns: (number, …, rows)"
    names = ", ".join(columns)
    return con.execute(
        f"select file_number(line) as number, {names}{',' * bool(columns)} count(*) from {rows}"
        " group by all order by all"
    ).fetchall()


def _account(file, landed, counted, number):
    rejected, skipped = counted.rejected[number], counted.skipped[number]
    accepted, duplicates = counted.accepted[number], counted.duplicates[number]
    skipped["not_understood"] = landed.not_understood
    other = landed.other
    if other is None:
        other = landed.rows - accepted - rejected.total() - skipped.total()
    skipped["other_message"] += other
    account = Account(
        file=file.name, sha256=file.sha256, source=file.profile.name, entity=file.kind,
        rows=landed.rows, accepted=accepted - duplicates, rejected=dict(+rejected),
        duplicates=duplicates, skipped=dict(+skipped), snapshot=file.snapshot,
        blanked=dict(counted.blanked[number]), withdrawals=counted.withdrawals[number],
        is_later_winning=file.profile.later_delivery_wins,
        notes=(*landed.notes, *_note_on(counted.alike[number])),
    )  # fmt: skip
    assert account.adds_up(), f"the account of {file.name} does not add up"
    return account


def _resemblances(con, entities):
    """Of each file the rows with unmapped codes whose names resemble what the protocol decides by:
    such rows are lost"""
    alike = defaultdict(Counter)
    for entity in set(entities) - {"patient"}:
        counted = _by_file(
            con,
            f"(select line, coalesce(name, code) as name from staging.checked_{entity}"
            " where skipped_because = 'unmapped_code') where name is not null",
            "name",
        )
        proposed = proposals(entity, list({name: None for _, name, _ in counted}))
        for number, name, count in counted:
            if name in proposed and proposed[name].is_deciding:
                alike[number][proposed[name].name] += count
    return alike


def _note_on(alike):
    if alike:
        named = ", ".join(f"{name} {count:,}" for name, count in alike.most_common(5))
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


def blanked_rows(entity):
    """The SELECT of the accepted rows of an entity with the cells that were left out of them:
    patient_id, line, place and `blanked`, the names of the columns."""
    columns = "patient_id, line, place, blanked"
    rows = f"select {columns} from ({accepted_rows(entity)})"
    if entity != "patient":
        return rows
    return (
        f"{rows} union all select {columns} from staging.contact"
        f" semi join ({accepted_rows(entity)}) as accepted using (line, place)"
    )


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


def ingested_before(home, source):
    """The SHA-256 of every file of a source that was ingested, of whatever snapshot."""
    delta = lake.open_table(home, "delivery")
    if delta is None:
        return set()
    accounts = delta.to_pyarrow_table(columns=["source", "sha256", "refused"]).to_pylist()
    return {row["sha256"] for row in accounts if row["source"] == source and row["refused"] is None}
