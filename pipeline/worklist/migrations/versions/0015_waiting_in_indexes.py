"""The indexes of the list hold since when a patient waits and is to be tried, so that these filters
read no wide row."""

from alembic import op

revision = "0015"
down_revision = "0014"
URGENCY = ["priority", "severity", "patient_id", "id"]
FILTERED = [
    "action", "site", "assignee", "b12_value", "safety", "cohorts", "is_opted_out", "opened_on",
    "changed_on", "waits_from", "next_attempt_on",
]  # fmt: skip


def upgrade():
    for name, columns in (
        ("ix_item_worklist", ["is_active", *URGENCY, "status", *FILTERED]),
        ("ix_item_status", ["status", *URGENCY, *FILTERED]),
    ):
        op.drop_index(name, "item")
        op.create_index(name, "item", columns)
