"""How a night grows with the population: 0.1, 1, 5, 10 million patients, replicated within a lake.

The reference of each size is a bare scan of the same lake, in the same run. Every figure is of a
process of its own; its memory is measured, not that which it may use.
"""

import argparse
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.bench import PEAK, TARGETS, scan_command
from benchmarks.population import nights, population
from benchmarks.processes import Cost, compared, timed, verdict
from pipeline.core import in_megabytes, memory_in_bytes, read_json, settings

MILLION = 1_000_000
PEAK_OF_A_NATION = 4.0  # GB, from 5 million patients on
SLACK = 1.1  # times as many patients may take as many times the seconds, and a tenth


@dataclass(frozen=True)
class Size:
    """What was measured of a size. costs: the Cost of `scan`, and of each night."""

    patients: int
    costs: dict[str, Cost]
    buckets: int


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument(
        "millions", type=float, nargs="*", default=[0.1, 1.0], help="of patients (default: 0.1 1)"
    )
    options.add_argument("--folder", type=Path, help="of homes to use again or to make")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="b12-growth-") as temporary:
        folder = given.folder or Path(temporary)
        sizes = [measure(folder, round(millions * MILLION)) for millions in given.millions]
    print(
        f"\nB12_MEMORY {in_megabytes(memory_in_bytes())}, B12_BUCKET_PATIENTS"
        f" {settings().bucket_patients:,}"
    )
    for size in sizes:
        tell(size)
        judge(size, next((one for one in sizes if one.patients == MILLION), None))


def measure(folder, patients):
    """The Size of this many patients."""
    print(f"\n{patients:,} patients")
    home, as_of = population(folder, patients)
    costs, edges = {"scan": timed("scan", scan_command(home))}, []
    for name, command in nights(home, as_of):
        costs[name] = timed(name, command, watch=partial(see_edges, home, edges))
    return Size(patients, costs, len(edges[-1]) + 1)


def see_edges(home, seen):
    """Note where a night that runs just now has cut the population: its folder goes at its end."""
    for note in [] if seen else home.work.glob("*/night.json"):
        seen.append(read_json(note)["edges"])


def tell(size):
    """Print what a size costs for each million patients, and in scans."""
    millions, scan = size.patients / MILLION, size.costs["scan"]
    print(f"\n{millions:g} million patients, {size.buckets} buckets; for a million:")
    for name, cost in size.costs.items():
        print(
            f"{name}: {cost.seconds / millions:.1f} s, {cost.processor / millions:.1f} s of"
            f" processor; peak {cost.peak:.2f} GB; against the scan: {compared(cost, scan)}"
        )


def judge(size, million):
    """Print which targets a size meets. million: the Size of one million, where it was measured."""
    for (name, _), target in TARGETS.items():
        if name in size.costs:
            cost, scan = size.costs[name], size.costs["scan"]
            verdict(f"{name} / bare scan", cost.seconds / scan.seconds, target)
            peak = PEAK if size.patients <= MILLION else PEAK_OF_A_NATION
            verdict(f"peak memory of the {name}", cost.peak, peak, " GB")
            if million and size.patients > MILLION:
                times = cost.seconds / million.costs[name].seconds
                verdict(f"{name} / that of a million", times, SLACK * size.patients / MILLION)


if __name__ == "__main__":
    main()
