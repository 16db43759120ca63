"""The values behind the recommendation, as a sentence."""

from alembic import op
from sqlalchemy import Column, Text

revision = "0004"
down_revision = "0003"


def upgrade():
    op.add_column("item", Column("evidence", Text))
