"""The worklist store: SQLite beside the lake, or PostgreSQL; brought to its newest form when it is opened."""

import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.exc import OperationalError

from pipeline.errors import LakeUnavailable

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = "0001"  # the last of the migrations
ONE_AT_A_TIME = 812_012  # the advisory lock under which one process alone migrates or follows a run


@dataclass(frozen=True)
class Store:
    """An open store; `reading()` and `writing()` give a connection in a transaction."""

    engine: Engine

    @property
    def is_sqlite(self):
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self):
        """A connection that writes nothing. Raises LakeUnavailable when the database cannot be reached."""
        with _reached(self.engine), self.engine.connect() as con:
            yield con

    @contextmanager
    def writing(self):
        """A connection in one transaction: all of it or nothing. Raises LakeUnavailable."""
        with _reached(self.engine), self.engine.connect() as con:
            con.execution_options(is_writing=True)
            with con.begin():
                yield con

    @contextmanager
    def alone(self):
        """As `writing`, and no other process is in here at the same time."""
        with self.writing() as con:
            if not self.is_sqlite:  # SQLite has one writer at a time as it is
                con.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": ONE_AT_A_TIME})
            yield con

    def tidy(self):
        """After a night's many changes: what the planner goes by is counted anew, and an index is enough to answer from."""
        with _reached(self.engine), self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as con:
            con.execute(text("analyze item" if self.is_sqlite else "vacuum (analyze) item"))

    def scrub(self):
        """Overwrite what SQLite deleted, in its log too; of PostgreSQL, that is its administrator's to do."""
        if self.is_sqlite:
            with self.reading() as con:
                con.exec_driver_sql("commit")  # no checkpoint within a transaction
                con.exec_driver_sql("pragma wal_checkpoint(truncate)")
                con.exec_driver_sql("begin")

    def close(self):
        self.engine.dispose()


def open_store(home, url=None):
    """The store of a home: at `url`, else `$B12_DATABASE_URL`, else `worklist.db` in the home; migrated to its newest form.

    Raises LakeUnavailable.
    """
    url = url or os.environ.get("B12_DATABASE_URL") or f"sqlite:///{home.root / 'worklist.db'}"
    engine = create_engine(url, pool_pre_ping=True)
    (_prepare_sqlite if engine.dialect.name == "sqlite" else _prepare_postgresql)(engine)
    store = Store(engine)
    _migrate(store)
    return store


def _prepare_sqlite(engine):
    path = Path(engine.url.database)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)

    @event.listens_for(engine, "connect")
    def connected(raw, _):
        raw.isolation_level = None  # transactions begin below, not where the driver thinks
        for pragma in ("foreign_keys = on", "journal_mode = wal", "busy_timeout = 30000", "synchronous = normal", "secure_delete = on"):
            raw.execute(f"pragma {pragma}")

    @event.listens_for(engine, "begin")
    def begins(con):
        con.exec_driver_sql("begin immediate" if con.get_execution_options().get("is_writing") else "begin")


def _prepare_postgresql(engine):
    @event.listens_for(engine, "connect")
    def connected(raw, _):
        with raw.cursor() as cursor:
            cursor.execute("set work_mem = '64MB'")  # a hundred thousand rows are put in order in memory
            cursor.execute("set timezone = 'UTC'")
        raw.commit()


def _migrate(store):
    with store.reading() as con:
        is_newest = inspect(con).has_table("alembic_version") and con.scalar(text("select version_num from alembic_version")) == NEWEST
    if not is_newest:
        with store.alone() as con:
            upgrade(con)


def upgrade(con):
    """Bring the database of a connection to its newest form; a step that was taken before is not taken again."""
    from alembic import command  # a third of a second that only a new form of the store is worth
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = con
    command.upgrade(config, "head")


@contextmanager
def _reached(engine):
    try:
        yield
    except OperationalError as error:
        where = engine.url.render_as_string(hide_password=True)
        raise LakeUnavailable(
            f"The worklist database {where} cannot be used ({type(error.orig).__name__}). "
            "Check that it runs, that $B12_DATABASE_URL names it, and its rights and disk; then type the command again."
        ) from None
