"""The first form of the store."""

from alembic import op
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
)

revision = "0001"
down_revision = None
FILTERED = ("next_step", "site", "assignee", "b12_value", "safety", "cohorts")


def upgrade():
    _items()
    _what_was_done()
    _people()
    _history()
    _keep_events()


def must(name, kind):
    return Column(name, kind, nullable=False)


def by_bytes(kind):
    return kind.with_variant(type(kind)(kind.length, collation="C"), "postgresql")


def at():
    return DateTime(timezone=True)


def _items():
    op.create_table(
        "item", must("id", Integer()), must("key", String(16)),
        Column("patient_id", by_bytes(Text())), must("status", by_bytes(String(20))),
        must("is_active", Boolean()), Column("status_reason", Text()), Column("status_on", Date()),
        must("assignee", by_bytes(String(100))), Column("snoozed_until", Date()),
        must("version", Integer()), Column("opened_on", Date()), must("waits_from", Date()),
        Column("changed_on", Date()), Column("changed_because", Text()),
        Column("merged_into", Integer()), Column("priority", Integer()),
        Column("next_step", by_bytes(String(40))), Column("rule", String(10)),
        Column("reason", Text()), Column("cites", Text()), Column("safety", Text()),
        Column("flags", Text()), Column("cohorts", Text()), Column("cause", String(20)),
        Column("waiting_since", Date()), Column("b12", String(20)), Column("b12_value", Float()),
        Column("b12_reported", Text()), Column("b12_on", Date()), Column("b12_source", Text()),
        Column("mma_reported", Text()), Column("mma_on", Date()), Column("active_b12_on", Date()),
        must("b12_rising", Float()), must("b12_falling", Float()), must("site", by_bytes(Text())),
        Column("facts", Text()),
        ForeignKeyConstraint(["merged_into"], ["item.id"], name="fk_item_merged_into"),
        PrimaryKeyConstraint("id", name="pk_item"), UniqueConstraint("key", name="uq_item_key"),
        UniqueConstraint("patient_id", name="uq_item_patient_id"),
    )  # fmt: skip
    _item_indexes()


def _item_indexes():
    op.create_index("ix_item_snoozed_until", "item", ["snoozed_until"])
    op.create_index(
        "ix_item_worklist",
        "item",
        ["is_active", "priority", "waits_from", "patient_id", "id", "status", *FILTERED],
    )
    op.create_index(
        "ix_item_status",
        "item",
        ["status", "priority", "waits_from", "patient_id", "id", *FILTERED],
    )
    for name in ("next_step", "site", "assignee", "status"):
        op.create_index(
            f"ix_item_by_{name}",
            "item",
            ["is_active", name, "priority", "waits_from", "patient_id", "id"],
        )
    for name in ("b12_rising", "b12_falling", "waits_from"):
        op.create_index(f"ix_item_by_{name}", "item", ["is_active", name, "patient_id", "id"])
    op.create_index("ix_item_by_patient_id", "item", ["is_active", "patient_id", "id"])


def of_an_item(table):
    return ForeignKeyConstraint(
        ["item_id"], ["item.id"], name=f"fk_{table}_item_id"
    ), PrimaryKeyConstraint("id", name=f"pk_{table}")


def _what_was_done():
    op.create_table(
        "event", must("id", Integer()), must("item_id", Integer()), must("at", at()),
        must("who", String(100)), must("kind", String(30)), Column("from_status", String(20)),
        Column("to_status", String(20)), Column("detail", Text()), Column("run_id", String(40)),
        *of_an_item("event"),
    )  # fmt: skip
    op.create_table(
        "note", must("id", Integer()), must("item_id", Integer()), must("condition_id", String(36)),
        must("kind", String(40)), must("noted_on", Date()), must("author", String(100)),
        must("recorded_at", at()), Column("withdrawn_at", at()),
        Column("withdrawn_by", String(100)), must("is_delivered", Boolean()),
        UniqueConstraint("condition_id", name="uq_note_condition_id"), *of_an_item("note"),
    )  # fmt: skip
    op.create_table(
        "access", must("id", Integer()), must("at", at()), must("who", String(100)),
        must("what", String(30)), Column("item_id", Integer()), Column("rows", Integer()),
        Column("detail", Text()), *of_an_item("access"),
    )  # fmt: skip
    for table, column in (
        ("event", "item_id"),
        ("event", "at"),
        ("note", "item_id"),
        ("access", "item_id"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])


def _people():
    op.create_table(
        "person", must("name", String(100)), must("role", String(20)),
        must("password_hash", Text()), must("is_disabled", Boolean()),
        must("password_version", Integer()), PrimaryKeyConstraint("name", name="pk_person"),
    )  # fmt: skip


def _history():
    op.create_table(
        "run", must("run_id", String(40)), must("as_of", Date()), must("started_at", at()),
        Column("finished_at", at()), must("is_published", Boolean()),
        must("is_followed", Boolean()), Column("patients", Integer()),
        Column("worklist", Integer()), Column("protocol", String(80)), Column("summary", Text()),
        Column("report", Text()), PrimaryKeyConstraint("run_id", name="pk_run"),
    )  # fmt: skip
    op.create_table(
        "run_count", must("run_id", String(40)), must("dimension", String(40)),
        must("name", String(120)), must("number", Integer()),
        ForeignKeyConstraint(["run_id"], ["run.run_id"], name="fk_run_count_run_id"),
        PrimaryKeyConstraint("run_id", "dimension", "name", name="pk_run_count"),
    )  # fmt: skip
    op.create_table(
        "outcome", must("id", Integer()), must("run_id", String(40)), must("suite", String(80)),
        must("expectation", String(80)), Column("column", String(80)), must("severity", String(10)),
        must("outcome", String(20)), Column("observed", Text()), Column("threshold", Text()),
        Column("rows_checked", Integer()), Column("rows_failed", Integer()), Column("note", Text()),
        Column("todo", Text()),
        ForeignKeyConstraint(["run_id"], ["run.run_id"], name="fk_outcome_run_id"),
        PrimaryKeyConstraint("id", name="pk_outcome"),
    )  # fmt: skip
    op.create_index("ix_run_started_at", "run", ["started_at"])
    op.create_index("ix_run_count_dimension", "run_count", ["dimension", "run_id"])
    op.create_index("ix_outcome_run_id", "outcome", ["run_id"])


def _keep_events():
    "Events cannot be changed, and only those of an erased patient can be deleted"
    forgotten = "(select patient_id from item where item.id = old.item_id) is null"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "create trigger event_is_kept before update on event begin select raise(abort, 'an"
            " event is never changed'); end"
        )
        op.execute(
            f"create trigger event_stays before delete on event when not ({forgotten}) "
            "begin select raise(abort, 'an event is never deleted'); end"
        )
        return
    op.execute(f"""
        create function keep_event() returns trigger language plpgsql as $$
        begin
            if tg_op = 'DELETE' and {forgotten} then return old; end if;
            raise exception 'an event is never changed nor deleted';
        end $$
    """)
    op.execute(
        "create trigger event_is_kept before update or delete on event for each row execute"
        " function keep_event()"
    )
