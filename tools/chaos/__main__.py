"""`make chaos`: injects every fault several times and writes the table in docs/reliability.md.

The walk's faults run in processes of their own on a demonstration population; those of the stack in
a stack of its own. Exit 1 when anything was lost, doubled, half published or different.
"""

import argparse
import os
import platform
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from pipeline.core import REPOSITORY
from tools.chaos import arriving, damage, disk, fuzz, hostile, live, receiving, store
from tools.chaos.faults import Row, as_table, state
from tools.chaos.killing import AS_OF, b12, finished, kill_and_repeat, work_until_the_end

PLACE = REPOSITORY / "docs" / "reliability.md"
BEGIN, END = "<!-- chaos:begin -->", "<!-- chaos:end -->"
HOSTILE_BEGIN, HOSTILE_END = "<!-- hostile:begin -->", "<!-- hostile:end -->"
SCREEN = ("screen", "--as-of", AS_OF)
BUCKETS = {"B12_BUCKET_PATIENTS": "30"}


def main(arguments=None) -> int:
    options = parse(arguments)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="b12-chaos-") as scratch:
        scratch = Path(scratch)
        with ThreadPoolExecutor(1) as beside:
            of_stack = (
                beside.submit(live.main, scratch / "live", options.rounds, tell)
                if options.stack
                else None
            )
            rows = list(
                walk(
                    scratch, kills=options.kills, others=options.others, poisoned_rows=options.rows
                )
            )
            rows += map(tell, fuzz.fuzzed(scratch, seconds=options.fuzz))
            outcomes = [tell_outcome(one) for one in hostile.hostile(scratch, times=options.others)]
            rows += of_stack.result() if of_stack else []
    text = account(rows, time.monotonic() - began)
    if options.write:
        _write(BEGIN, END, text)
        _write(HOSTILE_BEGIN, HOSTILE_END, hostile.as_table(outcomes))
    print(f"{text}\n{hostile.as_table(outcomes)}")
    return 0 if all(one.is_sound for one in (*rows, *outcomes)) else 1


def _write(begin, end, text):
    "Between two marks of the page"
    written = PLACE.read_text(encoding="utf-8")
    before = written[: written.index(begin) + len(begin)]
    PLACE.write_text(f"{before}\n{text}{written[written.index(end) :]}", encoding="utf-8")


NUMBERS = (
    ("--kills", 100, "total number of killed commands"),
    ("--others", 10, "repetitions of every other fault"),
    ("--rows", 1_000_000, "rows of the file with a malformed row"),
    ("--fuzz", 30, "seconds of random changes to the files of each format"),
    ("--rounds", 1, "kills of each service of the stack"),
)


def parse(arguments):
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__.splitlines()[0])
    for name, default, text in NUMBERS:
        parser.add_argument(name, type=int, default=default, help=f"{text} (default: {default})")
    parser.add_argument(
        "--stack", action=argparse.BooleanOptionalAction, default=True,
        help="also inject faults into the stack",
    )  # fmt: skip
    parser.add_argument(
        "--write", action="store_true", help="write the table into docs/reliability.md"
    )
    return parser.parse_args(arguments)


def walk(scratch, *, kills, others, poisoned_rows):
    """The faults of the walk, one Row after the other."""
    extracts, prepared = scratch / "extracts", scratch / "prepared"
    demo = ("demo", "--patients", 150, "--out", extracts, "--seed", 5, "--as-of", AS_OF)
    _must(b12(scratch / "none", *demo))
    words = ("run", extracts, "--source", "canonical", "--as-of", AS_OF)
    process = b12(prepared, *words)
    seconds = work_until_the_end(process)
    _must(process)
    given = {"wanted": state(prepared), "scratch": scratch}
    yield from map(tell, _killings(words, seconds, prepared, kills, given))
    yield from map(tell, _on_small_disks(words, seconds, others, given))
    yield tell(arriving.killed_batches(extracts=extracts, scratch=scratch, times=others))
    beside = store.store_faults(words=words, seconds=seconds, times=others, **given)
    yield from map(tell, beside)
    yield tell(arriving.taken_by_several(extracts=extracts, screen=SCREEN, times=others, **given))
    yield tell(receiving.killed_receive(times=others, scratch=scratch))
    yield tell(arriving.growing(extracts=extracts, screen=SCREEN, times=others, **given))
    yield tell(damage.damaged_lake(prepared=prepared, screen=SCREEN, times=others, **given))
    yield tell(arriving.poisoned(rows=poisoned_rows, scratch=scratch))


def _killings(words, seconds, prepared, kills, given):
    """Half of the kills in an ingest with its screen, one of five in a screening in buckets, one of
    ten in each other command."""
    yield kill_and_repeat(
        "kill −9 of ingest, screen, publish", prepared=None, words=words, then=[],
        times=round(kills * 0.5), seconds=seconds, **given,
    )  # fmt: skip
    yield kill_and_repeat(
        "kill −9 of a screening in several buckets", prepared=prepared, words=SCREEN, then=[],
        times=round(kills * 0.2), settings=BUCKETS, **given,
        seconds=_work_of(prepared, SCREEN, given["scratch"], BUCKETS),
    )  # fmt: skip
    for command, *others in (("reingest",), ("compact",), ("backup", "{home}-copy")):
        yield kill_and_repeat(
            f"kill −9 of {command}", prepared=prepared, words=(command, *others), then=[SCREEN],
            times=round(kills * 0.1), **given,
            seconds=_work_of(prepared, (command, *others), given["scratch"]),
        )  # fmt: skip


def _on_small_disks(words, seconds, times, given):
    if not disk.can_mount():
        yield Row("the disk is full or read-only (not tried: mounting needs more permissions)")
        return
    yield disk.disk_full(
        words=words, sizes=[150 + round(number * 1400 / times) for number in range(times)], **given
    )
    yield disk.disk_read_only(words=words, times=times, seconds=seconds, **given)


def _must(process):
    ended, error = finished(process)
    assert ended == 0, error


def _work_of(prepared, words, scratch, settings=None):
    home = scratch / "measured"
    shutil.copytree(prepared, home, symlinks=True)
    process = b12(home, *(word.replace("{home}", str(home)) for word in words), settings=settings)
    seconds = work_until_the_end(process)
    _must(process)
    shutil.rmtree(home)
    return seconds


def tell(row):
    """Print a Row as it comes; returns it."""
    print(
        f"{row.fault}: {'sound' if row.is_sound else 'NOT SOUND'}, {row}",
        file=sys.stderr,
        flush=True,
    )
    return row


def tell_outcome(outcome):
    """Print an Outcome as it comes; returns it."""
    sound = "sound" if outcome.is_sound else "NOT SOUND"
    print(f"{outcome.kind}: {sound}, {outcome}", file=sys.stderr, flush=True)
    return outcome


def account(rows, seconds):
    """The table with when, where and for how long."""
    where = f"{os.cpu_count()} processors, {platform.system()}, Python {platform.python_version()}"
    return f"{datetime.now(UTC):%Y-%m-%d}, {where}, {seconds / 60:.0f} minutes.\n\n{as_table(rows)}"


if __name__ == "__main__":
    sys.exit(main())
