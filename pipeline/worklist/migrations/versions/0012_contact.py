"""How patients are reached: a row for each delivered patient id, which no run reads."""

from alembic import op
from sqlalchemy import BigInteger, Column, PrimaryKeyConstraint, Text, text

revision = "0012"
down_revision = "0011"

NAMES = (
    "name", "phone", "email", "preferred_language", "postcode_area", "registered_clinician",
    "ethnicity",
)  # fmt: skip


def upgrade():
    words = Text().with_variant(Text(collation="C"), "postgresql")
    op.create_table(
        "contact",
        Column("patient_id", words, nullable=False),
        Column("source", words, nullable=False),
        Column("known_at", BigInteger, nullable=False),
        *(
            column
            for name in NAMES
            for column in (Column(name, words), Column(f"{name}_at", BigInteger))
        ),
        PrimaryKeyConstraint("patient_id", name="pk_contact"),
        sqlite_with_rowid=False,
    )
    merged = text("merged_into is not null")
    op.create_index(
        "ix_item_merged_into", "item", ["merged_into"],
        sqlite_where=merged, postgresql_where=merged,
    )  # fmt: skip
