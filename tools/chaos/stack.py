"""A stack of its own to try faults on: started, delivered to, killed in parts, and held against an
undisturbed run."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pipeline import demo
from tools.chaos.faults import state as state_of
from tools.stack import processes, state

ROOT = Path(__file__).resolve().parents[2]
# seconds; the clock looks at the landing folder every 600 at the latest, a lost task is tried again
# after 90
PATIENCE = 1200
WELL = ("healthy", "done")


@dataclass
class Stack:
    """A running stack, and another home into which everything that it is given goes by the command
    line."""

    folder: Path
    waiting: list = field(default_factory=list)

    @property
    def home(self):
        return self.folder / "home"

    def call(self, *arguments, settings=None):
        """What `python -m tools.stack` says; settings: environment variables besides. Raises
        CalledProcessError."""
        given = {"AIRFLOW_PORT": "0", "B12_WEB_PORT": "0", "B12_SETTLE_SECONDS": "1"}
        command = [sys.executable, "-m", "tools.stack", "--folder", str(self.folder), *arguments]
        return subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | given | (settings or {}),
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def drop(self, path):
        """Deliver a file: it is copied beside the landing folder and appears there whole, by one
        rename."""
        beside, place = self.home / ".arriving", self.home / "landing" / "canonical" / path.name
        beside.mkdir(exist_ok=True, mode=0o700, parents=True)
        (beside / path.name).write_bytes(path.read_bytes())
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        (beside / path.name).rename(place)

    def process(self, name):
        return state.read(self.folder)[1][name].process

    def kill(self, name):
        """kill -9, to the first process of a service."""
        processes.send(self.process(name)[0], signal.SIGKILL)

    def waits(self):
        """The names of files that were delivered and are not in yet."""
        return [
            name
            for room in ("landing", "claimed")
            for _, _, files in os.walk(self.home / room)
            for name in files
        ]

    def is_well(self):
        return all(unit.status in WELL for unit in state.read(self.folder)[1].values())


@contextmanager
def started(folder, *arguments, settings=None):
    """A stack on free ports, as long as this lasts, in a folder of the caller's; settings:
    environment variables besides.

    Raises CalledProcessError.
    """
    stack = Stack(folder)
    folder.parent.chmod(
        0o711
    )  # started by root, PostgreSQL is run by another, who passes through here
    try:
        stack.call("up", *arguments, settings=settings)
        yield stack
    finally:
        stack.call("down")


def pieces(folder, *, patients, files, as_of):
    """A demonstration population as one file of patients and so many of results, no row in two of
    them; returns their paths."""
    demo.write_demo(folder / "whole", patients=patients, seed=5, as_of=as_of)
    head, *lines = dict.fromkeys(
        (folder / "whole" / "lab_result.csv").read_text().splitlines(keepends=True)
    )
    for number in range(files):
        (folder / f"lab_result-{number:02}.csv").write_text("".join([head, *lines[number::files]]))
    (folder / "whole" / "patient.csv").rename(folder / "patient.csv")
    return [folder / "patient.csv", *sorted(folder.glob("lab_result-*.csv"))]


def undisturbed(home, paths, as_of):
    """The state of a home after `b12 run` on the files."""
    command = [
        sys.executable,
        "-m",
        "pipeline",
        "run",
        *map(str, paths),
        "--source",
        "canonical",
        "--as-of",
        as_of,
        "--home",
        str(home),
    ]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"B12_SETTLE_SECONDS": "0"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return state_of(home)


def until(is_so, seconds=PATIENCE):
    """Wait for something; returns whether it came."""
    deadline = time.monotonic() + seconds
    while not (came := is_so()) and time.monotonic() < deadline:
        time.sleep(0.5)
    return came
