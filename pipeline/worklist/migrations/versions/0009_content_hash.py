"""A hash of what a night compares with a run, so that it reads only the items that differ.

It stays null for the items of before: the next night compares them in full, and writes it. So the
one SELECT that defines the hash also gives it to them.
"""

from alembic import op
from sqlalchemy import Column, String

revision = "0009"
down_revision = "0008"


def upgrade():
    op.add_column("item", Column("content_hash", String(32)))
