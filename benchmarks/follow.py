"""How fast the worklist follows a run: a night that opens 224,000 items, and one that changes 2,000
of them, on SQLite and on PostgreSQL.

Lake and runs are those of a small demonstration population, as often as needed under other patient
ids. Each night is a process of its own. The reference, in the same run, is what the database takes
to store the items of the first night in a table without indexes.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from benchmarks.replicate import replicate
from pipeline import demo, worklist
from pipeline import run as walk
from pipeline.core import Home
from tests import stores

PATIENTS, LISTED, CHANGED, SHARE = 5_000, 224_000, 2_000, 0.224
NIGHTS = {"opens": 1, "changes": 2}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--listed", type=int, default=LISTED)
    options.add_argument("--folder", type=Path, help="where the lake goes, and stays")
    options.add_argument("--only", choices=DONE, help=argparse.SUPPRESS)
    options.add_argument("--url", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.only:
        DONE[given.only](Home(given.folder / "home"), given)
        return
    with tempfile.TemporaryDirectory(prefix="b12-follow-") as temporary:
        measure(given.folder or Path(temporary), given.listed)


def measure(folder, listed):
    "Print seconds, ratios and peak memory of each night on each database"
    home = Home(folder / "home")
    if not home.root.exists():
        timed(folder, "build", "--listed", str(listed))
    with stores.postgresql() as server:
        for name, url in (("SQLite", None), ("PostgreSQL", stores.fresh_database(server))):
            (home.root / "worklist.db").unlink(missing_ok=True)
            worklist.open_store(home, url=url).close()
            taken, asked = {}, ("--url", url) if url else ()
            for night in NIGHTS:
                publish(home, night)
                taken[night] = timed(folder, "follow", *asked)
            bare = timed(folder, "store", *asked)
            for night, (seconds, peak, said) in taken.items():
                ratio = seconds / bare[0]
                print(
                    f"{name:>10}, {night:7} {seconds:6.1f} s, {ratio:5.1f} times the bare insert"
                    f" ({bare[0]:.1f} s), peak {peak:.2f} GB: {said}",
                    flush=True,
                )


def build_home(home, asked):
    "A home whose lake and two runs hold a population of which `listed` are on the worklist"
    today, small = date.today(), Home(asked.folder / "small")
    demo.write_demo(asked.folder / "demo", patients=PATIENTS, seed=1, as_of=today)
    walk.ingest(small, [asked.folder / "demo"], "canonical")
    run = small.runs / walk.screen_population(small, as_of=today).run_id
    con = duckdb.connect()
    [[each]] = con.execute(f"select count(*) from '{run}/worklist.parquet'").fetchall()
    times = max(asked.listed // each + 1, int(asked.listed / SHARE / PATIENTS))
    replicate(small, home, times)
    for night in NIGHTS:
        _replicate_run(con, run, home.root / "nights" / night, times, asked.listed)
    _change(con, home.root / "nights")
    print(0, "", sep="\t")


def _replicate_run(con, run, folder, times, listed):
    folder.mkdir(parents=True)
    for name in ("worklist", "assessment", "patient_site", "listed_patient", "follow_up"):
        limit = f"limit {listed}" if name == "worklist" else ""
        merged = ", merged_into || '-' || copy as merged_into" if name == "patient_site" else ""
        con.execute(
            f"copy (select * exclude (copy) replace (patient_id || '-' || copy as patient_id"
            f"{merged}) from '{run}/{name}.parquet', range({times}) as t(copy)"
            f" order by copy, patient_id {limit}) to '{folder}/{name}.parquet'"
            " (format parquet, compression zstd)"
        )
    manifest = json.loads((run / "manifest.json").read_text())
    at = datetime.now(UTC) + timedelta(seconds=1 + NIGHTS[folder.name])
    manifest |= {"run_id": folder.name, "started": at.isoformat()}
    manifest["rows"] = {"assessment": times * PATIENTS, "worklist": listed}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def _change(con, nights):
    """Of CHANGED patients in the second night a third have another rule, a third other words, and
    the others are not listed"""
    path = nights / "changes" / "worklist.parquet"
    con.execute(f"create temp table listed as from '{path}'")
    con.execute(f"""
        copy (
            select listed.* replace (
                case when change = 0 then 'other' else rule end as rule,
                case when change = 1 then reason || ' Again.' else reason end as reason
            )
            from listed
            left join (
                select patient_id, row_number() over () % 3 as change
                from (select patient_id from listed order by hash(patient_id) limit {CHANGED})
            ) as changed using (patient_id)
            where change is distinct from 2
            order by patient_id
        ) to '{path}' (format parquet, compression zstd)
    """)


def publish(home, night):
    shutil.rmtree(home.runs, ignore_errors=True)
    shutil.copytree(home.root / "nights" / night, home.runs / night)


def follow(home, asked):
    store = worklist.open_store(home, url=asked.url)
    started, worked = time.perf_counter(), time.process_time()
    changed = {kind: number for kind, number in worklist.follow(home, store).items() if number}
    worked = f"{time.process_time() - worked:.1f} s of processor of its own"
    print(time.perf_counter() - started, f"{worked}, {json.dumps(changed)}", sep="\t")
    store.close()


def store_bare(home, asked):
    "Every row of the items, of a column each as its database has it, into a table without indexes"
    store = worklist.open_store(home, url=asked.url)
    with store.reading() as con:
        rows = con.exec_driver_sql("select * from item").fetchall()
        cursor = con.connection.driver_connection.cursor()
        cursor.execute("create temp table bare as select * from item limit 0")
        started = time.perf_counter()
        if store.is_sqlite:
            places = ", ".join("?" * len(rows[0]))
            cursor.executemany(f"insert into bare values ({places})", map(tuple, rows))
        else:
            with cursor.copy("copy bare from stdin") as copy:
                for row in rows:
                    copy.write_row(row)
        print(time.perf_counter() - started, len(rows), sep="\t")
    store.close()


def timed(folder, what, *asked):
    "Seconds, peak memory in GB and what was said, of one part as a process of its own"
    command = [sys.executable, "-m", "benchmarks.follow", "--folder", str(folder), "--only", what]
    process = subprocess.Popen([*command, *asked], stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, f"{what} failed"
    seconds, told = said.removesuffix("\n").split("\t")
    return float(seconds), usage.ru_maxrss / 1e6, told


DONE = {"build": build_home, "follow": follow, "store": store_bare}

if __name__ == "__main__":
    main()
