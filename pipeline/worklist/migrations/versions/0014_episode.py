"""What followed each identification of a patient: a row for each episode on the worklist."""

from alembic import op
from sqlalchemy import Column, Date, ForeignKey, Integer, String, Text

revision = "0014"
down_revision = "0013"


def _words(kind):
    return kind.with_variant(type(kind)(kind.length, collation="C"), "postgresql")


def upgrade():
    op.create_table(
        "episode",
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("item_id", Integer, ForeignKey("item.id"), nullable=False, index=True),
        Column("site", _words(Text()), nullable=False),
        Column("sex", _words(String(10)), nullable=False),
        Column("age_band", _words(String(20)), nullable=False),
        Column("priority", Integer),
        Column("action", String(40)),
        Column("severity", Integer),
        *(
            Column(name, Date, nullable=name != "identified_on")
            for name in (
                "identified_on", "contacted_on", "tested_on", "treated_on", "normalised_on",
                "closed_on",
            )
        ),
        Column("closed_as", String(20)),
        Column("days_to_return", Integer),
        Column("days_to_treatment", Integer),
    )  # fmt: skip
