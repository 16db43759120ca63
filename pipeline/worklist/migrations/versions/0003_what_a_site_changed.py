"""What a site changed about an expectation, and whether it was muted."""

from alembic import op
from sqlalchemy import Boolean, Column, Text, false

revision = "0003"
down_revision = "0002"


def upgrade():
    op.add_column("outcome", Column("is_muted", Boolean, nullable=False, server_default=false()))
    op.add_column("outcome", Column("site_change", Text))
