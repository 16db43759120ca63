"""What a run is: published, closed by its gate, or discarded or superseded after it was held."""

from alembic import op
from sqlalchemy import Column, String

revision = "0002"
down_revision = "0001"


def upgrade():
    op.add_column("run", Column("state", String(20), nullable=False, server_default="closed"))
    op.execute("update run set state = 'published' where is_published")
