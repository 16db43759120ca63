"""After a run: its counts go into the history, and the items follow the newest published worklist."""

import json

from sqlalchemy import func, select, text, update

from pipeline.worklist import changes, night
from pipeline.worklist.history import record
from pipeline.worklist.tables import run


def follow(home, store):
    """Take every run that the store does not know into its history, and let the items follow the newest published one.

    Returns how many items each change of that night touched; {} when there was nothing new. Done once for each run, however
    often and by however many processes it is asked for. Raises LakeUnavailable.
    """
    with store.alone() as con:
        known = set(con.scalars(select(run.c.run_id)))
        new = [
            _manifest(path)
            for path in home.runs.glob("[!.]*/manifest.json")
            if not path.parent.is_symlink() and path.parent.name not in known
        ]
        for manifest in sorted(new, key=lambda one: one["started"]):
            record(con, home.runs / manifest["run_id"], manifest)
        newest = _to_follow(con)
        if newest is None or not (home.runs / newest.run_id / "worklist.parquet").exists():
            return {}
        _keep_others_out(con, store)
        rows = night.changes_of(con, home, folder=home.runs / newest.run_id, as_of=newest.as_of)
        counted = changes.write(con, rows, as_of=newest.as_of, run_id=newest.run_id)
        con.execute(update(run).where(run.c.run_id == newest.run_id).values(is_followed=True))
    store.tidy()
    return counted


def _manifest(path):
    return json.loads(path.read_text(encoding="utf-8"))


def _to_follow(con):
    "The newest published run, if it is not followed yet; a past night that was screened again moves nothing back"
    newest = con.execute(
        select(run.c.run_id, run.c.as_of, run.c.is_followed).where(run.c.is_published).order_by(run.c.started_at.desc())
    ).first()
    last = con.scalar(select(func.max(run.c.as_of)).where(run.c.is_followed))
    return newest if newest and not newest.is_followed and (last is None or newest.as_of >= last) else None


def _keep_others_out(con, store):
    "People read on; who writes waits until the night is through (SQLite has one writer as it is)"
    if not store.is_sqlite:
        con.execute(text("lock table item in share row exclusive mode"))
