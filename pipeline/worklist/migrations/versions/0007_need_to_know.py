"""Users see the patients of their sites; of others, with a reason that is kept; counts by site."""

from alembic import op
from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    String,
    Text,
    false,
)

revision = "0007"
down_revision = "0006"
FORGOTTEN = "(select patient_id from item where item.id = old.item_id) is null"
# what the retention removed is itself an access, whose detail is the instant up to which it went
OLD = "exists (select 1 from access where id = old.access_id and at < {})"


def upgrade():
    op.add_column("person", Column("sites", Text()))
    op.add_column("item", Column("is_opted_out", Boolean(), nullable=False, server_default=false()))
    _index_what_decides_who_sees_a_row()
    op.create_table(
        "break_glass",
        Column("access_id", Integer(), nullable=False),
        Column("item_id", Integer(), nullable=False),
        Column("who", String(100), nullable=False),
        Column("until", DateTime(timezone=True), nullable=False),
        Column("because", Text(), nullable=False),
        PrimaryKeyConstraint("access_id", name="pk_break_glass"),
        ForeignKeyConstraint(["access_id"], ["access.id"], name="fk_break_glass_access_id"),
        ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_break_glass_item_id"),
    )
    op.create_index("ix_break_glass_item_id", "break_glass", ["item_id"])
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    (_keep_in_sqlite if is_sqlite else _keep_in_postgresql)()
    op.create_table(
        "site_count",
        Column("run_id", String(40), nullable=False),
        Column("dimension", String(40), nullable=False),
        Column("site", Text(), nullable=False),
        Column("name", String(120), nullable=False),
        Column("number", Integer(), nullable=False),
        PrimaryKeyConstraint("run_id", "dimension", "site", "name", name="pk_site_count"),
        ForeignKeyConstraint(["run_id"], ["run.run_id"], name="fk_site_count_run_id"),
    )


def _index_what_decides_who_sees_a_row():
    urgency = ("priority", "waits_from", "patient_id", "id")
    filtered = ("next_step", "site", "assignee", "b12_value", "safety", "cohorts", "is_opted_out")
    seen = ("site", "is_opted_out")
    indexes = {
        "worklist": ("is_active", *urgency, "status", *filtered),
        "status": ("status", *urgency, *filtered),
        "by_site": ("is_active", "site", *urgency, "is_opted_out"),
        "by_patient_id": ("is_active", "patient_id", "id", *seen),
    }
    for name in ("next_step", "assignee", "status"):
        indexes[f"by_{name}"] = ("is_active", name, *urgency, *seen)
    for name in ("b12_rising", "b12_falling", "waits_from"):
        indexes[f"by_{name}"] = ("is_active", name, "patient_id", "id", *seen)
    for name, columns in indexes.items():
        op.drop_index(f"ix_item_{name}", "item")
        op.create_index(f"ix_item_{name}", "item", list(columns))


def _keep_in_sqlite():
    cut = "coalesce((select max(detail) from access where what = 'audit_removed'), '')"
    stays = f"when not ({FORGOTTEN} or {OLD.format(cut)}) "
    for name, when, condition in (("is_kept", "update", ""), ("stays", "delete", stays)):
        op.execute(
            f"create trigger break_glass_{name} before {when} on break_glass {condition}"
            "begin select raise(abort, 'the access log is append-only'); end"
        )


def _keep_in_postgresql():
    cut = "(select max(detail)::timestamptz from access where what = 'audit_removed')"
    may_go = f"{FORGOTTEN} or {OLD.format(cut)}"
    op.execute(f"""
        create function keep_break_glass() returns trigger language plpgsql as $$
        begin
            if tg_op = 'DELETE' then if {may_go} then return old; end if; end if;
            raise exception 'the access log is append-only';
        end $$
    """)
    op.execute(
        "create trigger break_glass_is_kept before update or delete on break_glass"
        " for each row execute function keep_break_glass()"
    )
    op.execute(
        "create trigger break_glass_is_not_emptied before truncate on break_glass"
        " for each statement execute function keep_whole()"
    )
