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
PUBLISHED = {
    "assessment.parquet", "worklist.parquet", "worklist.csv", "patient_site.parquet", "summary.json", "quality.json",
    "validation.json", "report.json", "manifest.json",
}  # fmt: skip


def start(home, folder):
    command = [sys.executable, "-m", "pipeline", "run", folder, "--source", "canonical", "--as-of", AS_OF, "--home", home]
    return subprocess.Popen(
        [str(word) for word in command], cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip


def work_done(process):
    "Seconds of processor time: unlike the clock, they hardly depend on what else the machine does. None when it has ended"
    try:
        fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields[0] != "Z" else None


def work_until_the_end(process):
    done = 0
    while (now := work_done(process)) is not None:
        done = now
        time.sleep(0.01)
    return done


def kill_after(process, seconds):
    "Kill once so much work is done; returns whether it had not ended by itself"
    while (now := work_done(process)) is not None and now < seconds:
        time.sleep(0.005)
    process.kill()
    process.communicate()
    return process.returncode == -9


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
    "The state after a run that nobody killed, and how much work it was"
    home = tmp_path_factory.mktemp("undisturbed")
    process = start(home, delivery)
    seconds = work_until_the_end(process)
    _, error = process.communicate()
    assert process.returncode == 10, error.decode()
    return home, seconds


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads the processor time of a process from /proc")
@pytest.mark.slow
def test_a_killed_run_run_again_is_as_one_undisturbed_run(delivery, undisturbed, tmp_path):
    wanted, seconds = undisturbed
    draw, killed = random.Random(20260131), 0
    for moment in range(MOMENTS):
        home = tmp_path / f"home{moment}"
        killed += kill_after(start(home, delivery), (moment + draw.random()) / MOMENTS * 0.95 * seconds)
        runs_are_whole(home)
        again = b12(home, "run", delivery, "--source", "canonical", "--as-of", AS_OF)
        assert again.code == 10, (moment, again.err)
        (rows, files), (wanted_rows, wanted_files) = state(home), state(wanted)
        assert files == wanted_files, moment
        assert all(rows[table] == wanted_rows[table] for table in lake.TABLES), moment
        assert latest(home, "worklist.csv") == latest(wanted, "worklist.csv"), moment
        runs_are_whole(home)
        assert not [path for path in Path(home / "runs").iterdir() if path.name.startswith(".")], moment
    assert killed >= MOMENTS - 2  # the last may come too late
