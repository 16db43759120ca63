"""Signatures of protocols."""

from alembic import op
from sqlalchemy import Column, DateTime, Integer, PrimaryKeyConstraint, String

revision = "0013"
down_revision = "0012"


def upgrade():
    op.create_table(
        "signature",
        Column("id", Integer(), nullable=False),
        Column("sha256", String(64), nullable=False),
        Column("protocol", String(80), nullable=False),
        Column("name", String(100), nullable=False),
        Column("role", String(40), nullable=False),
        Column("signed_at", DateTime(timezone=True), nullable=False),
        Column("who", String(100), nullable=False),
        PrimaryKeyConstraint("id", name="pk_signature"),
    )
    op.create_index("ix_signature_sha256", "signature", ["sha256"])
