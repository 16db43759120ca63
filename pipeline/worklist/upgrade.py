"""The form of the store's tables, brought up to date step by step."""

from pathlib import Path

from pipeline.core import StorageError

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = "0015"  # the last of the migrations


def upgrade(con):
    """Bring the database of a connection to its newest form; a step that was taken before is not
    taken again."""
    from alembic import command  # a third of a second that only a new form of the store is worth
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = con
    try:
        command.upgrade(config, "head")
    except CommandError:
        raise StorageError(
            "The worklist database was made by a newer version of this program. Use that version,"
            " or restore the backup."
        ) from None
