"""Users of single sign-on: each is a subject of the provider."""

from alembic import op
from sqlalchemy import Column, String

revision = "0008"
down_revision = "0007"


def upgrade():
    op.add_column("person", Column("subject", String(500)))
    op.create_index("ix_person_subject", "person", ["subject"], unique=True)
