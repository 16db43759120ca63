"""Every file under the home is its owner's alone, whatever writes it and whatever mask the process was started with."""

import os
import stat
import subprocess
import sys

from tests.programs import ROOT


def start(home, *arguments):
    "A process of its own under the usual mask, which would let everybody read"
    done = subprocess.run(
        [sys.executable, *arguments], cwd=home.parent, env=os.environ | {"PYTHONPATH": str(ROOT), "B12_HOME": str(home)}, umask=0o022,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def open_to_others(home):
    modes = {
        path: path.lstat().st_mode for path in (home, *home.rglob("*")) if not path.is_symlink()
    }
    assert len(modes) > 30
    wanted = {path: 0o700 if stat.S_ISDIR(mode) else 0o600 for path, mode in modes.items()}
    return {
        str(path.relative_to(home.parent)): oct(mode & 0o777)
        for path, mode in modes.items()
        if mode & 0o777 != wanted[path]
    }


def test_after_the_whole_walk_on_the_command_line(tmp_path):
    home = tmp_path / "home"
    start(
        home,
        "-m",
        "pipeline",
        "demo",
        "--patients",
        "60",
        "--out",
        str(tmp_path / "in"),
        "--as-of",
        "2026-01-31",
    )
    dropped = home / "landing" / "canonical"
    dropped.mkdir(parents=True)
    for folder in (home, dropped.parent, dropped):
        folder.chmod(0o700)
    for path in (tmp_path / "in").iterdir():
        copied = dropped / path.name
        copied.write_bytes(path.read_bytes())
        copied.chmod(0o664)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "lab_result_broken.csv").write_text("a heading of something else\n1\n")
    start(
        home,
        "-m",
        "pipeline",
        "run",
        str(tmp_path / "in"),
        "--source",
        "canonical",
        "--as-of",
        "2026-01-31",
    )
    start(
        home,
        "-c",
        f"from pipeline.__main__ import main; assert main(['ingest', {str(tmp_path / 'more')!r}, '--source', 'canonical']) == 10",
    )
    for command in (
        ("reingest",),
        ("compact",),
        ("erase", "nobody"),
        ("user", "list"),
        ("simulate", "--set", "b12.low=190"),
    ):
        start(home, "-m", "pipeline", *command)
    start(
        home,
        "-c",
        "from pipeline.core import Home; from pipeline.web.secret import secret; secret(Home.from_environment())",
    )
    assert open_to_others(home) == {}


def test_after_a_run_of_the_dags(tmp_path):
    home = tmp_path / "home"
    start(
        home,
        "-m",
        "dags.embedded",
        "--patients",
        "60",
        "--as-of",
        "2026-01-31",
        "--home",
        str(home),
    )
    assert (home / "airflow" / "airflow.db").exists()
    assert open_to_others(home) == {}


def test_a_landing_folder_that_the_operator_opened_to_a_group_stays_so(tmp_path):
    home = tmp_path / "home"
    (home / "landing").mkdir(parents=True)
    (home / "landing").chmod(0o2770)
    (tmp_path / "patient.csv").write_text("patient_id,birth_date,sex\nann,1950-01-01,female\n")
    start(home, "-m", "pipeline", "ingest", str(tmp_path / "patient.csv"), "--source", "canonical")
    assert (home / "landing").stat().st_mode & 0o7777 == 0o2770
