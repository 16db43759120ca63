"""After a run: its counts go into the history, and the items follow the newest worklist."""

from contextlib import contextmanager
from datetime import date, timedelta

from sqlalchemy import func, select, text, update

from pipeline.core import clock
from pipeline.runs import listed_folders, read_manifest
from pipeline.worklist import changes
from pipeline.worklist import reconcile as night
from pipeline.worklist.history import record
from pipeline.worklist.outcomes import write_outcomes
from pipeline.worklist.tables import run

ONE_DAY = timedelta(days=1)  # somewhere it is tomorrow already
CACHE_KB = 128_000
LARGE = 100  # a night that changes a hundredth of the worklist is a large one


def follow(home, store, *, today=None):
    """Take every run that the store does not know into its history, and let the items follow the
    newest published one.

    A past night that was screened again moves nothing back, and a day that has not come is not
    followed: a mistyped year must not end snoozes early. Returns how many items each
    change of that night touched; {} when there was nothing new. Done once for each run, however
    often and by however many processes it is asked for. Raises LakeUnavailable.
    """
    with store.exclusive() as con:
        for manifest in sorted(_new_manifests(con, home), key=lambda run: run.started):
            record(con, home.runs / manifest.run_id, manifest)
        newest = _to_follow(con, (today or clock.today()) + ONE_DAY)
        if newest is None or not (home.runs / newest.run_id / "worklist.parquet").exists():
            return {}
        _keep_others_out(con, store)
        folder = home.runs / newest.run_id
        with (
            _large_cache(con, store),
            night.reconciled(con, home, folder=folder, as_of=newest.as_of) as duck,
        ):
            counted = changes.write(con, duck, as_of=newest.as_of, run_id=newest.run_id)
            changes.move(con, duck)
            write_outcomes(con, duck, home, newest.run_id)
        con.execute(update(run).where(run.c.run_id == newest.run_id).values(is_followed=True))
    store.tidy(is_large=sum(counted.values()) * LARGE >= (newest.worklist or 0))
    return counted


def _new_manifests(con, home):
    """Of the runs that the store does not know; a copy of a run's folder under another name is
    none, nor is a past night screened again"""
    known = set(con.scalars(select(run.c.run_id)))
    for folder in listed_folders(home):
        if folder.name not in known:
            manifest = read_manifest(folder)
            if manifest.run_id == folder.name and manifest.state != "replay":
                yield manifest


def _to_follow(con, latest_day):
    """The newest published run of a day from that followed last up to the latest, if it is not
    followed yet"""
    last = (
        con.scalar(
            select(func.max(run.c.as_of)).where(run.c.is_followed, run.c.as_of <= latest_day)
        )
        or date.min
    )
    found = select(run.c.run_id, run.c.as_of, run.c.is_followed, run.c.worklist).where(
        run.c.is_published, run.c.as_of.between(last, latest_day)
    )
    newest = con.execute(found.order_by(run.c.started_at.desc())).first()
    return newest if newest and not newest.is_followed else None


def _keep_others_out(con, store):
    "People read on; who writes waits until the night is through (SQLite has one writer as it is)"
    if not store.is_sqlite:
        con.execute(text("lock table item in share row exclusive mode"))


@contextmanager
def _large_cache(con, store):
    "SQLite holds the pages of a large night's dozen indexes in memory: a sixth of the time"
    if not store.is_sqlite:
        yield
        return
    before = con.exec_driver_sql("pragma cache_size").scalar()
    con.exec_driver_sql(f"pragma cache_size = -{CACHE_KB}")
    yield
    con.exec_driver_sql(f"pragma cache_size = {before}")
