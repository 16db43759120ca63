"""kill -9 in the middle of `b12 run`, ten times, then run again: as if nothing had happened."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline import lake
from pipeline.config import REPOSITORY, Home
from pipeline.database import connect
from tests.command import AS_OF, b12, latest

MOMENTS = 10
PUBLISHED = {"assessment.parquet", "worklist.parquet", "worklist.csv", "summary.json", "quality.json", "manifest.json"}


def start(home, folder):
    command = [sys.executable, "-m", "pipeline", "run", folder, "--source", "canonical", "--as-of", AS_OF, "--home", home]
    return subprocess.Popen(
        [str(word) for word in command], cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip


def state(home):
    "Every row of every lake table, but for when it was received; and which files lie where"
    con = connect()
    lake.attach(con, Home(home))
    rows = {}
    for table, columns in lake.COLUMNS.items():
        kept = ", ".join(f'"{column}"' for column in columns if column != "received_at")
        rows[table] = con.execute(f"select {kept} from lake.{table} order by all").fetchall()
    con.close()
    files = {
        room: sorted(str(path.relative_to(home / room)) for path in (home / room).rglob("*") if path.is_file())
        for room in ("landing", "claimed", "archive", "refused", "work")
    }
    return rows, files


def runs_are_whole(home):
    "No half of a run can be seen, and `latest` names a whole one or is not there yet"
    for path in (home / "runs").glob("[!.]*") if (home / "runs").is_dir() else ():
        assert {file.name for file in path.iterdir()} == PUBLISHED, path.name
    link = home / "runs" / "latest"
    assert link.exists() or not link.is_symlink()


@pytest.fixture(scope="module")
def delivery(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    assert b12(folder, "demo", "--patients", 150, "--out", folder, "--seed", 5, "--as-of", AS_OF).code == 0
    (folder / "lab_result_bad.csv").write_text("no header\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def undisturbed(delivery, tmp_path_factory):
    "The state after a run that nobody killed, and how long it took"
    home = tmp_path_factory.mktemp("undisturbed")
    began = time.monotonic()
    process = start(home, delivery)
    _, error = process.communicate()
    assert process.returncode == 10, error.decode()
    return home, time.monotonic() - began


@pytest.mark.slow
def test_a_killed_run_run_again_is_as_one_undisturbed_run(delivery, undisturbed, tmp_path):
    wanted, seconds = undisturbed
    draw, killed = random.Random(20260131), 0
    for moment in range(MOMENTS):
        home = tmp_path / f"home{moment}"
        process = start(home, delivery)
        time.sleep((moment + draw.random()) / MOMENTS * seconds)
        process.kill()
        process.communicate()
        killed += process.returncode == -9
        runs_are_whole(home)
        again = b12(home, "run", delivery, "--source", "canonical", "--as-of", AS_OF)
        assert again.code == 10, (moment, again.err)
        assert state(home) == state(wanted), moment
        assert latest(home, "worklist.csv") == latest(wanted, "worklist.csv"), moment
        runs_are_whole(home)
        assert not [path for path in Path(home / "runs").iterdir() if path.name.startswith(".")], moment
    assert killed >= MOMENTS - 2  # the last moments may come too late
