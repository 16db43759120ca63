"""Processes of their own: Airflow reads its environment when it is imported."""

import os
import subprocess
import sys
from pathlib import Path

from tests.homes import copied

ROOT = Path(__file__).resolve().parents[1]
PREPARE = """
import pathlib
from dags import embedded
embedded.prepare_airflow(pathlib.Path("airflow").absolute())
"""


def python(folder, *arguments, **settings):
    """Run Python in a folder that has a home, under the usual mask, and wait; settings: environment variables."""
    given = {
        "PYTHONPATH": str(ROOT),
        "B12_HOME": str(folder / "home"),
    }
    command = [sys.executable, *arguments]
    return subprocess.run(
        command,
        cwd=folder,
        env=os.environ | given | settings,
        umask=0o022,
        capture_output=True,
        text=True,
        check=False,
    )


def airflow(folder):
    """`airflow`, the metadata database that Airflow makes in two seconds where there is none."""
    done = python(folder, "-c", PREPARE)
    assert done.returncode == 0, done.stderr


def with_airflow(prepared, folder):
    """The folder, into which what `airflow` made was copied."""
    folder.mkdir(mode=0o700, exist_ok=True)
    copied(prepared / "airflow", folder / "airflow")
    return folder
