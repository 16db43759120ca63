"""How Alembic reaches the store: by the connection that `open_store` hands over."""

from alembic import context

from pipeline.worklist.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
