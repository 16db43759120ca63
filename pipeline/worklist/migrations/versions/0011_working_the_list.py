"""Attempts to reach a patient, acts that can be undone, and filters that users keep."""

from datetime import date

from alembic import op
from sqlalchemy import Column, Date, Integer, PrimaryKeyConstraint, String, Text

revision = "0011"
down_revision = "0010"
NEVER = str(date(9999, 12, 31))


def upgrade():
    for column in (
        Column("failed_attempts", Integer(), nullable=False, server_default="0"),
        Column("next_attempt_on", Date(), nullable=False, server_default=NEVER),
    ):
        op.add_column("item", column)
    order = ["is_active", "next_attempt_on", "patient_id", "id", "site", "is_opted_out"]
    op.create_index("ix_item_by_next_attempt_on", "item", order)
    for column in (
        Column("channel", String(20)), Column("outcome", String(20)), Column("act", String(16)),
        Column("before", Text()),
    ):  # fmt: skip
        op.add_column("event", column)
    op.create_index("ix_event_act", "event", ["act"])
    op.create_table(
        "saved_filter",
        Column("who", String(100), nullable=False),
        Column("name", String(60), nullable=False),
        Column("query", String(1000), nullable=False),
        PrimaryKeyConstraint("who", "name", name="pk_saved_filter"),
    )
