"""The worklist store: SQLite beside the lake, or PostgreSQL; brought to its newest form when it is
opened."""

from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
)

from pipeline.core import StorageError, settings
from pipeline.worklist.actions import Actor
from pipeline.worklist.upgrade import NEWEST, upgrade

ONE_AT_A_TIME = 812_012  # the advisory lock under which one process alone migrates or follows a run


class Conflict(Exception):
    """A row that may be there once is there already. PostgreSQL's own words for it repeat the row,
    patient and all: they end here."""


@dataclass(frozen=True)
class Store:
    """An open store; `reading()` and `writing()` give a connection in a transaction.

    reader: for whom it was opened; None for the pipeline itself and for the command line.
    """

    engine: Engine
    reader: Actor | None = None

    def seen_by(self, actor):
        """The same store as this Actor may see it: see `need_to_know`."""
        return replace(self, reader=actor)

    @property
    def is_sqlite(self):
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self):
        """A connection that writes nothing. Raises StorageError when the database cannot be
        reached."""
        with _reached(self.engine), self.engine.connect() as con:
            if not self.is_sqlite:  # several questions are answered from one state, as SQLite does
                con.execution_options(isolation_level="REPEATABLE READ")
            yield con

    @contextmanager
    def writing(self):
        """A connection in one transaction: all of it or nothing. Raises StorageError."""
        with _reached(self.engine), self.engine.connect() as con:
            con.execution_options(is_writing=True)
            with con.begin():
                yield con

    @contextmanager
    def exclusive(self):
        """As `writing`, and no other process is in here at the same time."""
        with self.writing() as con:
            if not self.is_sqlite:  # SQLite has one writer at a time as it is
                con.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": ONE_AT_A_TIME})
            yield con

    def tidy(self, *, is_large=True):
        """After a night's many changes: what the planner goes by is counted anew, and an index is
        enough to answer from. is_large: after few, what SQLite counted stays true enough."""
        if self.is_sqlite and not is_large:
            return
        with (
            _reached(self.engine),
            self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as con,
        ):
            for table in ("item", "episode"):
                con.execute(text(f"{'analyze' if self.is_sqlite else 'vacuum (analyze)'} {table}"))

    def scrub(self):
        """Overwrite what SQLite deleted, in its log too; of PostgreSQL, that is its administrator's
        to do."""
        if self.is_sqlite:
            with self.reading() as con:
                con.exec_driver_sql("commit")  # no checkpoint within a transaction
                con.exec_driver_sql("pragma wal_checkpoint(truncate)")
                con.exec_driver_sql("begin")

    def close(self):
        self.engine.dispose()


def open_store(home, url=None):
    """The store of a home: at `url`, else `$B12_DATABASE_URL`, else `worklist.db` in the home;
    migrated to its newest form.

    Raises StorageError.
    """
    if url is None:
        url = home.database_url or settings().database_url
    url = url or f"sqlite:///{home.root / 'worklist.db'}"
    engine = _engine(url)
    (_prepare_sqlite if engine.dialect.name == "sqlite" else _prepare_postgresql)(engine)
    store = Store(engine)
    try:
        _migrate(store)
    except StorageError:
        store.close()
        raise
    return store


def _engine(url):
    try:
        return create_engine(
            url, pool_pre_ping=True, hide_parameters=True
        )  # the values of a failed statement must not be shown
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError):
        raise StorageError(
            "$B12_DATABASE_URL is not a usable database address. Write it as"
            " postgresql+psycopg://user@host/database."
        ) from None


def _prepare_sqlite(engine):
    path = Path(engine.url.database)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)

    @event.listens_for(engine, "connect")
    def connected(raw, _):
        raw.isolation_level = None  # transactions begin below, not where the driver thinks
        for pragma in (
            "foreign_keys = on",
            "journal_mode = wal",
            "busy_timeout = 30000",
            "synchronous = normal",
            "secure_delete = on",
        ):
            raw.execute(f"pragma {pragma}")

    @event.listens_for(engine, "begin")
    def begins(con):
        con.exec_driver_sql(
            "begin immediate" if con.get_execution_options().get("is_writing") else "begin"
        )


def _prepare_postgresql(engine):
    @event.listens_for(engine, "connect")
    def connected(raw, _):
        with raw.cursor() as cursor:
            cursor.execute(
                "set work_mem = '64MB'"
            )  # a hundred thousand rows are put in order in memory
            cursor.execute("set timezone = 'UTC'")
        raw.commit()


def _migrate(store):
    with store.reading() as con:
        is_newest = (
            inspect(con).has_table("alembic_version")
            and con.scalar(text("select version_num from alembic_version")) == NEWEST
        )
    if not is_newest:
        with store.exclusive() as con:
            upgrade(con)


@contextmanager
def _reached(engine):
    try:
        yield
    except IntegrityError:
        raise Conflict("the worklist database rejected the change") from None
    except (InterfaceError, DatabaseError) as error:
        where = engine.url.render_as_string(hide_password=True)
        if type(error) is DatabaseError:  # SQLite's, of a file that is damaged or no database
            raise StorageError(
                f"The worklist database {where} is damaged. Move it away, and restore the home from"
                " the backup (b12 restore)."
            ) from None
        if not isinstance(error, InterfaceError | OperationalError | DataError):
            raise
        raise StorageError(
            f"The worklist database {where} cannot be used ({type(error.orig).__name__}). Check"
            " that it is running, $B12_DATABASE_URL, its permissions and its disk, then type the"
            " command again."
        ) from None
