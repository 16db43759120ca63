"""The worklist page over 100,000 items, the page of a patient, and all other pages, on SQLite and
on PostgreSQL: milliseconds of the server for each filter, order and page.

The items are those of a real screening of a demonstration population, as often as needed under
other patient ids. The reference, in the same run, is what the database alone takes to count the
table.
"""

import json
import shutil
import statistics
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
from fastapi.testclient import TestClient
from sqlalchemy import text

from pipeline import demo, worklist
from pipeline import run as walk
from pipeline.core import Home
from pipeline.web import create_app
from tests import stores

ITEMS, PATIENTS, TRIES, LIMIT_MS, PATIENT_MS = 100_000, 5_000, 7, 200, 150
ASKED = {
    "the list as it opens": "", "its last page": "?page=2000", "one in the middle": "?page=1000",
    "routine, last page": "?priority=4&page=1400", "an alert": "?alert=THERAPY_LAPSED",
    "an alert, last page": "?alert=THERAPY_LAPSED&page=99",
    "a cohort at a site": "?cohort=low_b12&site=Demo+Clinic+3",
    "unassigned, page 500": "?assignee=-&page=500", "waiting a year": "?waiting=365&page=300",
    "one status": "?status=ordered&page=100", "by B12, downwards": "?sort=b12&order=down&page=900",
    "by patient": "?sort=patient&page=1500",
    "by site, downwards": "?sort=site&order=down&page=2000",
    "by assignee": "?sort=assignee&page=1500", "by waiting": "?sort=waiting&page=1999",
    "by action": "?sort=action&page=1000",
    "by priority and waiting": "?sort=priority_waiting&page=1500",
    "by next attempt": "?sort=next_attempt&page=1000", "attempts due": "?attempt=due&page=20",
    "one action": "?action=TREAT_IM_STANDARD", "new since the last visit": "?since=new",
    "changed since the last visit": "?since=changed&page=10",
    "everything at once":
        "?priority=3&priority=4&cohort=borderline_b12&alert=FOLATE_B12_UNKNOWN&waiting=30&sort=b12",
}  # fmt: skip
OTHERS = {  # as a steward opens them
    "the population": "/population", "outcomes": "/population/outcomes",
    "what if": "/population/what-if", "data quality": "/quality",
    "rejected rows": "/quality/rejects", "unmapped codes": "/quality/unmapped", "runs": "/runs",
    "patients of an outcome": "/worklist?stage=identified", "one site's outcomes":
        "/population/outcomes?site=Demo+Clinic+3", "help": "/help",
}  # fmt: skip
SITES = ("Demo Clinic 3", "Demo Clinic 5")  # of a user who sees no others


def main():
    with tempfile.TemporaryDirectory(prefix="b12-worklist-") as folder:
        home = Home(Path(folder) / "home")
        crowded(home, Path(folder) / "demo")
        measure("SQLite", home, None)
        with stores.postgresql() as server:
            measure("PostgreSQL", home, stores.fresh_database(server))


def crowded(home, folder):
    """A home whose newest published run lists ITEMS patients."""
    demo.write_demo(folder, patients=PATIENTS, seed=1, as_of=date.today())
    walk.ingest(home, [folder], "canonical")
    found = home.runs / walk.screen_population(home, as_of=date.today()).run_id
    shutil.copytree(found, home.runs / "crowded")
    con = duckdb.connect()
    [[listed]] = con.execute(f"select count(*) from '{found}/worklist.parquet'").fetchall()
    times = ITEMS // listed + 1
    for name in (
        "worklist", "assessment", "patient_site", "listed_patient", "follow_up", "explanation",
    ):  # fmt: skip
        limit = f"limit {ITEMS}" if name == "worklist" else ""
        order = "1" if name == "explanation" else "copy, patient_id"
        con.execute(
            "copy (select * replace (patient_id || '-' || copy as patient_id) from"
            f" '{found}/{name}.parquet', range({times}) as t(copy) order by {order}"
            f" {limit}) to '{home.runs}/crowded/{name}.parquet' (format parquet, compression zstd,"
            " row_group_size 2048)"
        )
    manifest = json.loads((found / "manifest.json").read_text())
    later = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    (home.runs / "crowded" / "manifest.json").write_text(
        json.dumps(manifest | {"run_id": "crowded", "started": later})
    )


def measure(name, home, url):
    """Print what each page takes, the slowest last."""
    store = worklist.open_store(home, url=url)
    started = time.perf_counter()
    changed = worklist.follow(home, store)
    print(
        f"{name}: {changed['opened']:,} items opened by a night in"
        f" {time.perf_counter() - started:.1f} s"
    )
    people_worked(store)
    reference = milliseconds(lambda: count(store))
    print(f"  {'reference: the database counts the table':54} {reference:7.1f} ms")
    taken = {}
    for whose, sites in (("", None), (", of two sites", SITES)):
        actor = worklist.Actor("bench", "coordinator", sites)
        pages = TestClient(create_app(home, identify=lambda who=actor: who, store=store))
        taken |= {
            title + whose: milliseconds(lambda at=query, pages=pages: get(pages, f"/worklist{at}"))
            for title, query in ASKED.items()
        }
    steward = worklist.Actor("bench", "steward")
    pages = TestClient(create_app(home, identify=lambda: steward, store=store))
    taken |= {
        title: milliseconds(lambda at=at, pages=pages: get(pages, at))
        for title, at in OTHERS.items()
    }
    taken["a patient"] = patients(home, store)
    for title, took in sorted(taken.items(), key=lambda one: one[1]):
        limit = PATIENT_MS if title == "a patient" else LIMIT_MS
        print(
            f"  {title:54} {took:7.1f} ms  {took / reference:6.1f} times the"
            f" reference{'' if took < limit else '  TOO SLOW'}"
        )
    store.close()


def patients(home, store):
    "The median page of patients who were not opened before"
    actor = worklist.Actor("bench", "coordinator", None)
    pages = TestClient(create_app(home, identify=lambda: actor, store=store))
    with store.reading() as con:
        keys = list(con.scalars(text("select key from item where id % 4999 = 1 order by id")))
    taken = []
    for key in keys:
        started = time.perf_counter()
        assert pages.get(f"/patients/{key}").status_code == 200
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def people_worked(store):
    "A third of the items are assigned, a tenth is to be tried again, and filters are saved"
    with store.writing() as con:
        con.execute(
            text("update item set next_attempt_on = '2026-01-01' where id % 10 = 0 and is_active")
        )
        for name in ("mine", "severe", "letters"):
            query = {"name": name, "query": "assignee=kim&priority=1"}
            con.execute(text("insert into saved_filter values ('bench', :name, :query)"), query)
        con.execute(text("update item set status = 'assigned', assignee = 'kim' where id % 6 = 0"))
        con.execute(text("update item set status = 'ordered', assignee = 'lee' where id % 6 = 1"))
    store.tidy()


def count(store):
    with store.reading() as con:
        con.scalar(text("select count(*) from item where reason is not null"))


def get(pages, address):
    answer = pages.get(address)
    assert answer.status_code == 200, answer.status_code


def milliseconds(call):
    "The median of some tries, after one to warm up"
    call()
    taken = []
    for _ in range(TRIES):
        started = time.perf_counter()
        call()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
