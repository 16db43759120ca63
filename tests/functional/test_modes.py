"""Every file under the home is its owner's alone, written by any command under any umask."""

import os
import stat
import subprocess
import sys

from tests.command import deliver
from tests.homes import FORGOTTEN, first_night
from tests.programs import ROOT


def start(home, *arguments, lines=None):
    "A process of its own under the usual mask, which would let everybody read"
    done = subprocess.run(
        [sys.executable, *arguments], cwd=home.parent, env=os.environ | {"PYTHONPATH": str(ROOT), "B12_HOME": str(home)}, umask=0o022,
        input=lines, capture_output=True, text=True, check=False,
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


WALK = """
import os, sys
from pathlib import Path
from pipeline.__main__ import main
from pipeline.core import Home
from pipeline.web.secret import secret
for line in sys.stdin.read().splitlines():
    os.umask(0o022)
    expected, *arguments = line.split()
    assert main(arguments) == int(expected), line
os.umask(0o022)
secret(Home.from_environment())
"""
COMMANDS = f"""
0 run in --source canonical --as-of 2026-01-31
10 ingest more --source canonical
0 reingest
0 compact
0 erase {FORGOTTEN} --yes
0 user list
0 simulate --set b12.low=190
"""


def test_after_the_whole_walk_on_the_command_line(tmp_path):
    home = tmp_path / "home"
    delivered = first_night()
    dropped = deliver(home / "landing" / "canonical", **delivered)
    for folder in (home, dropped.parent, dropped):
        folder.chmod(0o700)
    for path in dropped.iterdir():
        path.chmod(0o664)
    deliver(tmp_path / "in", **delivered)
    deliver(tmp_path / "more", lab_result="a heading of something else\n1\n")
    start(home, "-c", WALK, lines=COMMANDS.strip())
    assert open_to_others(home) == {}


def test_a_landing_folder_that_the_operator_opened_to_a_group_stays_so(tmp_path):
    home = tmp_path / "home"
    (home / "landing").mkdir(parents=True)
    (home / "landing").chmod(0o2770)
    (tmp_path / "patient.csv").write_text("patient_id,birth_date,sex\nann,1950-01-01,female\n")
    start(home, "-m", "pipeline", "ingest", str(tmp_path / "patient.csv"), "--source", "canonical")
    assert (home / "landing").stat().st_mode & 0o7777 == 0o2770
