"""The tables of the worklist store: items, what was done to them, notes, who read what, patients'
contact data, people, and the runs' history."""

from datetime import date

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    false,
)

from pipeline.core import CONTACT

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)


def by_bytes(kind):
    """A text type that is compared byte by byte on both databases: the same order, and several
    times as fast on PostgreSQL."""
    return kind.with_variant(type(kind)(kind.length, collation="C"), "postgresql")


NEVER = date(9999, 12, 31)  # as an index has it, after every day
LEAST_SEVERE = 2_000_000_000  # of a row that no night has put in order
CONTENT = (  # what a night says of a patient on the worklist
    Column("priority", Integer), Column("next_step", by_bytes(String(40))),
    Column("rule", String(10)), Column("reason", Text), Column("evidence", Text),
    Column("cites", Text),
    Column("safety", Text), Column("flags", Text), Column("cohorts", Text),
    Column("cause", String(20)), Column("waiting_since", Date), Column("b12", String(20)),
    Column("b12_value", Float), Column("b12_reported", Text), Column("b12_on", Date),
    Column("b12_source", Text), Column("mma_reported", Text), Column("mma_on", Date),
    Column("active_b12_on", Date), Column("site", by_bytes(Text()), nullable=False, default=""),
    Column("facts", Text),
    # what is to be done first: the next step, or the alert or flag that gives the row its priority
    Column("action", by_bytes(String(40))),
    # the order within a priority: smallest first, made in sql/worklist/tonight.sql
    Column(
        "severity", Integer, nullable=False, default=LEAST_SEVERE, server_default=str(LEAST_SEVERE)
    ),
    # the result that decides the row, in the canonical unit of its test
    Column("deciding_test", String(20)), Column("deciding_value", Float),
    Column("deciding_reported", Text), Column("deciding_on", Date),
    Column("reference_low", Float), Column("reference_high", Float),
    Column("born_on", Date), Column("born_latest_on", Date), Column("sex", String(10)),
)  # fmt: skip

BEFORE_ALL, AFTER_ALL = -1.0, 1e9
URGENCY = ("priority", "severity", "patient_id", "id")
B12_ORDERS = ("b12_rising", "b12_falling")
ORDERED = ("action", "site", "assignee", "status")
FILTERED = (
    "action", "site", "assignee", "b12_value", "safety", "cohorts", "is_opted_out", "opened_on",
    "changed_on", "waits_from", "next_attempt_on",
)  # fmt: skip
SEEN = ("site", "is_opted_out")  # what need to know asks for


def _seen(name):
    return [column for column in SEEN if column != name]


item = Table(
    "item", metadata,
    Column("id", Integer, primary_key=True),
    # what addresses of pages name instead of the patient
    Column("key", String(16), nullable=False, unique=True),
    Column("patient_id", by_bytes(Text()), unique=True),  # null once the patient is forgotten
    Column("status", by_bytes(String(20)), nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("status_reason", Text),
    Column("status_on", Date),
    Column("assignee", by_bytes(String(100)), nullable=False, default=""),  # "": not assigned
    Column("snoozed_until", Date, index=True),
    Column("version", Integer, nullable=False, default=1),
    Column("opened_on", Date),
    Column("waits_from", Date, nullable=False),
    Column("changed_on", Date),
    Column("changed_because", Text),
    Column("merged_into", Integer, ForeignKey("item.id")),
    Column("is_opted_out", Boolean, nullable=False, default=False, server_default=false()),
    # contact: how often in a row it did not succeed; and when to try next, NEVER where it is open
    Column("failed_attempts", Integer, nullable=False, default=0, server_default="0"),
    Column("next_attempt_on", Date, nullable=False, default=NEVER, server_default=str(NEVER)),
    # the B12 as an index has it: what is not known comes last
    Column("b12_rising", Float, nullable=False, default=AFTER_ALL),
    # … read from the other end, too
    Column("b12_falling", Float, nullable=False, default=BEFORE_ALL),
    *CONTENT,
    # `worklist.content_hash` of the row that the night compared last; null: compared in full
    Column("content_hash", String(32)),
    # the first two hold all that a filter asks for, so that no wide row is read to be left out; the
    # others are orders, with what decides who may see a row
    Index("ix_item_worklist", "is_active", *URGENCY, "status", *FILTERED),
    Index("ix_item_status", "status", *URGENCY, *FILTERED),
    *(Index(f"ix_item_by_{name}", "is_active", name, *URGENCY, *_seen(name)) for name in ORDERED),
    *(
        Index(f"ix_item_by_{name}", "is_active", name, "patient_id", "id", *SEEN)
        for name in (*B12_ORDERS, "waits_from", "next_attempt_on")
    ),
    Index("ix_item_by_patient_id", "is_active", "patient_id", "id", *SEEN),
    Index(
        "ix_item_by_priority_and_waiting",
        "is_active", "priority", "waits_from", "patient_id", "id", *SEEN,
    ),
)  # fmt: skip

# few are merged, and each page of the list asks for theirs
MERGED = item.c.merged_into.is_not(None)
Index("ix_item_merged_into", item.c.merged_into, sqlite_where=MERGED, postgresql_where=MERGED)

# append-only: a trigger refuses every update, and every deletion of what is not forgotten
event = Table(
    "event", metadata,
    Column("id", Integer, primary_key=True),
    Column("item_id", Integer, ForeignKey("item.id"), nullable=False, index=True),
    Column("at", DateTime(timezone=True), nullable=False, index=True),
    Column("who", String(100), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("from_status", String(20)),
    Column("to_status", String(20)),
    Column("detail", Text),
    Column("run_id", String(40)),
    # of an attempt to reach the patient
    Column("channel", String(20)), Column("outcome", String(20)),
    # what a person did at once, and what the item held before it: by these it can be undone
    Column("act", String(16), index=True), Column("before", Text),
)  # fmt: skip

# who signed a protocol, and as what; it counts for the file of this SHA-256 alone
signature = Table(
    "signature", metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False, index=True),
    Column("protocol", String(80), nullable=False),
    Column("name", String(100), nullable=False),
    Column("role", String(40), nullable=False),
    Column("signed_at", DateTime(timezone=True), nullable=False),
    Column("who", String(100), nullable=False),  # the user or account that recorded it
)  # fmt: skip

# filters of the worklist that users keep
saved_filter = Table(
    "saved_filter", metadata,
    Column("who", String(100), primary_key=True),
    Column("name", String(60), primary_key=True),
    Column("query", String(1000), nullable=False),
)  # fmt: skip

note = Table(
    "note", metadata,
    Column("id", Integer, primary_key=True),
    Column("item_id", Integer, ForeignKey("item.id"), nullable=False, index=True),
    Column("condition_id", String(36), nullable=False, unique=True),
    Column("kind", String(40), nullable=False),
    Column("noted_on", Date, nullable=False),
    Column("author", String(100), nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("withdrawn_at", DateTime(timezone=True)),
    Column("withdrawn_by", String(100)),
    Column("is_delivered", Boolean, nullable=False, default=False),
)  # fmt: skip

# append-only, as events are: rows go with their retention alone (`audit.remove_before`)
access = Table(
    "access", metadata,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, index=True),
    Column("who", String(100), nullable=False),
    Column("what", String(30), nullable=False, index=True),
    Column("rows", Integer),
    Column("detail", Text),
    Column("origin", String(64)),  # the address it was asked from, or the command line
    Index("ix_access_who", "who", "at"),
)  # fmt: skip

# which patients an access showed; of a forgotten patient the rows go, and `access.rows` stays
seen = Table(
    "seen", metadata,
    Column("item_id", Integer, ForeignKey("item.id"), primary_key=True),
    Column("access_id", Integer, ForeignKey("access.id"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)  # fmt: skip

# who opened a patient of another site: until when, and why in their own words
break_glass = Table(
    "break_glass", metadata,
    Column("access_id", Integer, ForeignKey("access.id"), primary_key=True),
    Column("item_id", Integer, ForeignKey("item.id"), nullable=False, index=True),
    Column("who", String(100), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    Column("because", Text, nullable=False),
)  # fmt: skip

# what is known of a delivered patient id for display alone, each column with the instant at which
# it was recorded, in microseconds since 1970, UTC. Ids are as delivered: no merge is followed
contact = Table(
    "contact", metadata,
    Column("patient_id", by_bytes(Text()), primary_key=True),
    Column("source", by_bytes(Text()), nullable=False),  # whose row was recorded last
    Column("known_at", BigInteger, nullable=False),
    *(
        column
        for name in CONTACT
        for column in (Column(name, by_bytes(Text())), Column(f"{name}_at", BigInteger))
    ),
    sqlite_with_rowid=False,
)  # fmt: skip

person = Table(
    "person", metadata,
    Column("name", String(100), primary_key=True),
    # what the name is compared by
    Column("folded", String(300), nullable=False, server_default=""),
    Column("role", String(20), nullable=False),
    Column("password_hash", Text, nullable=False),  # empty: of single sign-on
    Column("is_disabled", Boolean, nullable=False, default=False),
    Column("password_version", Integer, nullable=False, default=1),
    Column("sites", Text),  # a JSON list; null: patients of every site
    Column("subject", String(500)),  # issuer and subject of single sign-on; null: by password
    Index("ix_person_folded", "folded", unique=True),
    Index("ix_person_subject", "subject", unique=True),
)  # fmt: skip

session = Table(
    "session", metadata,
    Column("key", String(64), primary_key=True),  # a hash of what the cookie holds
    Column("user", String(300), nullable=False, index=True),
    Column("password_version", Integer, nullable=False),
    Column("began_at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
)  # fmt: skip

# logins that were tried, by a hash of user and address
attempt = Table(
    "attempt", metadata,
    Column("key", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False),
    Column("wait_until", DateTime(timezone=True)),
    Column("succeeded_at", DateTime(timezone=True)),
)  # fmt: skip

PASSING = (session, attempt)  # what no backup holds

run = Table(
    "run", metadata,
    Column("run_id", String(40), primary_key=True),
    Column("as_of", Date, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False, index=True),
    Column("finished_at", DateTime(timezone=True)),
    Column("is_published", Boolean, nullable=False),
    Column("state", String(20), nullable=False, server_default="closed"),  # as run_folders has it
    Column("is_followed", Boolean, nullable=False, default=False),
    Column("patients", Integer), Column("worklist", Integer),
    Column("protocol", String(80)), Column("summary", Text), Column("report", Text),
)  # fmt: skip

run_count = Table(
    "run_count", metadata,
    Column("run_id", String(40), ForeignKey("run.run_id"), primary_key=True),
    Column("dimension", String(40), primary_key=True),
    Column("name", String(120), primary_key=True),
    Column("number", Integer, nullable=False),
    Index("ix_run_count_dimension", "dimension", "run_id"),
)  # fmt: skip

# of a run by site, as run_count is of all sites; site "": none recorded
site_count = Table(
    "site_count", metadata,
    Column("run_id", String(40), ForeignKey("run.run_id"), primary_key=True),
    Column("dimension", String(40), primary_key=True),
    Column("site", Text, primary_key=True),
    Column("name", String(120), primary_key=True),
    Column("number", Integer, nullable=False),
)  # fmt: skip

# what followed each identification of a patient, as of the run that is followed: kept by the id of
# the event that began the episode. Values of the patient are those at identification
episode = Table(
    "episode", metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("item_id", Integer, ForeignKey("item.id"), nullable=False, index=True),
    Column("site", by_bytes(Text()), nullable=False),
    Column("sex", by_bytes(String(10)), nullable=False),
    Column("age_band", by_bytes(String(20)), nullable=False),
    Column("priority", Integer), Column("action", String(40)), Column("severity", Integer),
    Column("identified_on", Date, nullable=False), Column("contacted_on", Date),
    Column("tested_on", Date), Column("treated_on", Date), Column("normalised_on", Date),
    Column("closed_on", Date), Column("closed_as", String(20)),
    Column("days_to_return", Integer), Column("days_to_treatment", Integer),
)  # fmt: skip

outcome = Table(
    "outcome", metadata, Column("id", Integer, primary_key=True),
    Column("run_id", String(40), ForeignKey("run.run_id"), nullable=False, index=True),
    Column("suite", String(80), nullable=False), Column("expectation", String(80), nullable=False),
    Column("column", String(80)), Column("severity", String(10), nullable=False),
    Column("outcome", String(20), nullable=False), Column("observed", Text),
    Column("threshold", Text), Column("rows_checked", Integer), Column("rows_failed", Integer),
    Column("note", Text), Column("todo", Text),
    Column("is_muted", Boolean, nullable=False, default=False, server_default=false()),
    Column("site_change", Text),
)  # fmt: skip
