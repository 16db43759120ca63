"""The first form of the store"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
FILTERED = ("next_step", "site", "assignee", "b12_value", "safety", "cohorts")


def by_bytes(kind):
    return kind.with_variant(type(kind)(kind.length, collation="C"), "postgresql")


def upgrade():
    _create_tables()
    _keep_events()


def _create_tables():
    op.create_table(
        "item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("patient_id", by_bytes(sa.Text()), nullable=True),
        sa.Column("status", by_bytes(sa.String(length=20)), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("status_on", sa.Date(), nullable=True),
        sa.Column("assignee", by_bytes(sa.String(length=100)), nullable=False),
        sa.Column("snoozed_until", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("waits_from", sa.Date(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=True),
        sa.Column("changed_because", sa.Text(), nullable=True),
        sa.Column("merged_into", sa.Integer(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=True),
        sa.Column("next_step", by_bytes(sa.String(length=40)), nullable=True),
        sa.Column("rule", sa.String(length=10), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("cites", sa.Text(), nullable=True),
        sa.Column("safety", sa.Text(), nullable=True),
        sa.Column("flags", sa.Text(), nullable=True),
        sa.Column("cohorts", sa.Text(), nullable=True),
        sa.Column("cause", sa.String(length=20), nullable=True),
        sa.Column("waiting_since", sa.Date(), nullable=True),
        sa.Column("b12", sa.String(length=20), nullable=True),
        sa.Column("b12_value", sa.Float(), nullable=True),
        sa.Column("b12_reported", sa.Text(), nullable=True),
        sa.Column("b12_on", sa.Date(), nullable=True),
        sa.Column("b12_source", sa.Text(), nullable=True),
        sa.Column("mma_reported", sa.Text(), nullable=True),
        sa.Column("mma_on", sa.Date(), nullable=True),
        sa.Column("active_b12_on", sa.Date(), nullable=True),
        sa.Column("site", by_bytes(sa.Text()), nullable=False),
        sa.Column("facts", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["merged_into"], ["item.id"], name=op.f("fk_item_merged_into")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("key", name=op.f("uq_item_key")),
        sa.UniqueConstraint("patient_id", name=op.f("uq_item_patient_id")),
    )
    for name in ("next_step", "site", "assignee", "status"):
        op.create_index(f"ix_item_by_{name}", "item", ["is_active", name, "priority", "waits_from", "patient_id", "id"])
    op.create_index("ix_item_by_waits_from", "item", ["is_active", "waits_from", "patient_id", "id"])
    op.create_index("ix_item_by_patient_id", "item", ["is_active", "patient_id", "id"])
    op.create_index(op.f("ix_item_snoozed_until"), "item", ["snoozed_until"], unique=False)
    op.create_index("ix_item_status", "item", ["status", "priority", "waits_from", "patient_id", "id", *FILTERED], unique=False)
    op.create_index(
        "ix_item_worklist", "item", ["is_active", "priority", "waits_from", "patient_id", "id", "status", *FILTERED], unique=False
    )
    op.create_table(
        "person",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.Column("password_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_person")),
    )
    op.create_table(
        "run",
        sa.Column("run_id", sa.String(length=40), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.Column("is_followed", sa.Boolean(), nullable=False),
        sa.Column("patients", sa.Integer(), nullable=True),
        sa.Column("worklist", sa.Integer(), nullable=True),
        sa.Column("protocol", sa.String(length=80), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("report", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run")),
    )
    op.create_index(op.f("ix_run_started_at"), "run", ["started_at"], unique=False)
    op.create_table(
        "access",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=100), nullable=False),
        sa.Column("what", sa.String(length=30), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_access_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access")),
    )
    op.create_index(op.f("ix_access_item_id"), "access", ["item_id"], unique=False)
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("from_status", sa.String(length=20), nullable=True),
        sa.Column("to_status", sa.String(length=20), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("run_id", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_event_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index(op.f("ix_event_at"), "event", ["at"], unique=False)
    op.create_index(op.f("ix_event_item_id"), "event", ["item_id"], unique=False)
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("condition_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=100), nullable=True),
        sa.Column("is_delivered", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_note_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        sa.UniqueConstraint("condition_id", name=op.f("uq_note_condition_id")),
    )
    op.create_index(op.f("ix_note_item_id"), "note", ["item_id"], unique=False)
    op.create_table(
        "outcome",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(length=40), nullable=False),
        sa.Column("suite", sa.String(length=80), nullable=False),
        sa.Column("expectation", sa.String(length=80), nullable=False),
        sa.Column("column", sa.String(length=80), nullable=True),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("observed", sa.Text(), nullable=True),
        sa.Column("threshold", sa.Text(), nullable=True),
        sa.Column("rows_checked", sa.Integer(), nullable=True),
        sa.Column("rows_failed", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("todo", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_outcome_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome")),
    )
    op.create_index(op.f("ix_outcome_run_id"), "outcome", ["run_id"], unique=False)
    op.create_table(
        "run_count",
        sa.Column("run_id", sa.String(length=40), nullable=False),
        sa.Column("dimension", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_run_count_run_id")),
        sa.PrimaryKeyConstraint("run_id", "dimension", "name", name=op.f("pk_run_count")),
    )
    op.create_index("ix_run_count_dimension", "run_count", ["dimension", "run_id"], unique=False)


def _keep_events():
    "Nobody changes an event, and nobody deletes one, but of a patient who was forgotten"
    if op.get_bind().dialect.name == "sqlite":
        op.execute("create trigger event_is_kept before update on event begin select raise(abort, 'an event is never changed'); end")
        op.execute(
            "create trigger event_stays before delete on event "
            "when (select patient_id from item where item.id = old.item_id) is not null "
            "begin select raise(abort, 'an event is never deleted'); end"
        )
        return
    op.execute("""
        create function keep_event() returns trigger language plpgsql as $$
        begin
            if tg_op = 'UPDATE' or (select patient_id from item where item.id = old.item_id) is not null then
                raise exception 'an event is never changed nor deleted';
            end if;
            return old;
        end $$
    """)
    op.execute("create trigger event_is_kept before update or delete on event for each row execute function keep_event()")
