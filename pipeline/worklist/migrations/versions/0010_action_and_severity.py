"""What is to be done first, the order within a priority, the result that decides a row, birth and
sex.

Of items of before they stay empty until the next night, which compares them in full.
"""

from alembic import op
from sqlalchemy import Column, Date, Float, Integer, String, Text

revision = "0010"
down_revision = "0009"
LEAST_SEVERE = "2000000000"
URGENCY = ("priority", "severity", "patient_id", "id")
FILTERED = (
    "action", "site", "assignee", "b12_value", "safety", "cohorts", "is_opted_out", "opened_on",
    "changed_on",
)  # fmt: skip
SEEN = ("site", "is_opted_out")


def upgrade():
    action = String(40).with_variant(String(40, collation="C"), "postgresql")
    for column in (
        Column("action", action),
        Column("severity", Integer(), nullable=False, server_default=LEAST_SEVERE),
        Column("deciding_test", String(20)), Column("deciding_value", Float()),
        Column("deciding_reported", Text()), Column("deciding_on", Date()),
        Column("reference_low", Float()), Column("reference_high", Float()),
        Column("born_on", Date()), Column("born_latest_on", Date()), Column("sex", String(10)),
    ):  # fmt: skip
        op.add_column("item", column)
    op.execute("update item set action = next_step")
    for name in ("worklist", "status", *(f"by_{one}" for one in ("site", "assignee", "status"))):
        op.drop_index(f"ix_item_{name}", "item")
    op.drop_index("ix_item_by_next_step", "item")
    indexes = {
        "worklist": ("is_active", *URGENCY, "status", *FILTERED),
        "status": ("status", *URGENCY, *FILTERED),
        "by_priority_and_waiting": (
            "is_active", "priority", "waits_from", "patient_id", "id", *SEEN
        ),
        "by_site": ("is_active", "site", *URGENCY, "is_opted_out"),
        **{
            f"by_{name}": ("is_active", name, *URGENCY, *SEEN)
            for name in ("action", "assignee", "status")
        },
    }  # fmt: skip
    for name, columns in indexes.items():
        op.create_index(f"ix_item_{name}", "item", list(columns))
