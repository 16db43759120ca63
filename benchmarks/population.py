"""Homes with the lake of a demonstration population, of any size, made once for each folder."""

import os
import shutil
import sys
from datetime import date, timedelta

from benchmarks.processes import B12, timed
from pipeline.core import Home

SMALL = 100_000  # patients that are written and ingested; more are these, replicated


def population(folder, patients):
    """(Home, day of the extracts) of about so many patients, a multiple of SMALL or fewer than
    that; made in this folder where it is not there, and then compacted."""
    folder.mkdir(parents=True, exist_ok=True)
    note = folder / "as-of"
    if not note.exists():
        note.write_text(date.today().isoformat(), encoding="ascii")
    as_of = date.fromisoformat(note.read_text(encoding="ascii"))
    first = _delivered(folder, min(patients, SMALL), as_of)
    return (first if patients <= SMALL else _replicated(folder, first, patients)), as_of


def nights(home, as_of):
    """The commands of a first and a second night, of the day before and of the day, in a home that
    `population` or a bench made; of earlier nights there, nothing is kept."""
    for path in (home.runs, home.work):
        shutil.rmtree(path, ignore_errors=True)
    for path in home.root.glob("worklist.db*"):
        path.unlink()
    for name, day in (("first night", as_of - timedelta(days=1)), ("second night", as_of)):
        yield name, [*B12, "screen", "--home", str(home.root), "--as-of", day.isoformat()]


def _delivered(folder, patients, as_of):
    home = Home(folder / f"home-{patients}")
    if not home.root.exists():
        extracts, building = folder / f"extracts-{patients}", Home(folder / f"new-{os.getpid()}")
        wanted = ["--patients", str(patients), "--as-of", as_of.isoformat()]
        timed("demo", [*B12, "demo", "--out", str(extracts), *wanted])
        into = ["--home", str(building.root)]
        timed("ingest", [*B12, "ingest", *into, str(extracts), "--source", "canonical"])
        timed("compact", [*B12, "compact", *into])
        building.root.rename(home.root)
    return home


def _replicated(folder, small, patients):
    home = Home(folder / f"home-{patients}")
    if not home.root.exists():
        building, times = folder / f"new-{os.getpid()}", str(round(patients / SMALL))
        replicate = [sys.executable, "-m", "benchmarks.replicate", str(small.root), str(building)]
        timed("replicate", [*replicate, "--times", times])
        timed("compact", [*B12, "compact", "--home", str(building)])
        building.rename(home.root)
    return home
