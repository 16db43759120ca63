"""A screening with two shadow protocols against one without, of the same home and day; each a
process of its own, in one run, one after the other in turn.
"""

import argparse
import statistics
import subprocess
import tempfile
from pathlib import Path

from benchmarks.processes import B12, timed, verdict

TARGET = 1.3
AS_OF = ("--as-of", "2026-11-01")
SHADOWS = ("--shadow", "nice-ng239", "--shadow", "aafp-2025")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--patients", type=int, default=200_000)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--folder", type=Path, help="on the disk that is measured")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        measure(Path(folder), given.patients, given.runs)


def measure(folder, patients, runs):
    """Print the Cost of each run, and the ratios of their medians."""
    home = ("--home", str(folder / "home"))
    call("demo", "--patients", str(patients), "--out", str(folder / "in"), "--seed", "7", *AS_OF)
    call("ingest", str(folder / "in"), "--source", "canonical", *home)
    call("screen", *AS_OF, *home)  # the first run opens every item
    alone, beside = [], []
    for _ in range(runs):
        alone.append(timed("one pack", [*B12, "screen", *AS_OF, *home]))
        beside.append(timed("two shadows", [*B12, "screen", *AS_OF, *SHADOWS, *home]))
    for what in ("seconds", "processor", "peak"):
        ratio = median(beside, what) / median(alone, what)
        verdict(f"  times the {what}", ratio, TARGET)


def call(*words):
    subprocess.run([*B12, *words], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own


def median(costs, what):
    """Of a field of some Costs."""
    return statistics.median(getattr(cost, what) for cost in costs)


if __name__ == "__main__":
    main()
