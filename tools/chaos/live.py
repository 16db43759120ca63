"""Faults of the running stack: each function delivers files, does its harm meanwhile, waits, and
returns a Row.

A Row is sound when every file went in once, the published worklist is that of an undisturbed run,
and every service is well again.
"""

import random
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from tools.chaos import stack as stacks
from tools.chaos.faults import compared, state

SERVICES = (
    "postgres",
    "redis",
    "api-server",
    "scheduler",
    "dag-processor",
    "triggerer",
    "worker",
    "web",
)
AWAY = 15  # seconds for which a database is gone


@dataclass
class Trial:
    """A stack, the files that are still to be dropped, those that were, and the home of the
    undisturbed run."""

    stack: stacks.Stack
    files: list
    scratch: Path
    seed: int = 0
    dropped: list = field(default_factory=list)

    def __post_init__(self):
        self.draw = random.Random(self.seed)

    def deliver(self, count=2):
        """Drop the next files, a random while between them."""
        for _ in range(count):
            path = self.files.pop(0)
            self.stack.drop(path)
            self.dropped.append(path)
            time.sleep(self.draw.uniform(0, 2))

    def outcome(self, fault, began):
        """The Row of what was just tried, when everything is as it must be and every service well,
        or patience has ended."""
        as_of = datetime.now(UTC).date().isoformat()
        wanted = stacks.undisturbed(
            self.scratch / f"undisturbed-{len(self.dropped)}", self.dropped, as_of
        )
        stacks.until(
            lambda: self.is_settled(wanted) and compared(fault, self.stack.home, wanted).is_sound
        )
        seconds = time.monotonic() - began
        ill = "" if stacks.until(self.stack.is_well, 120) else "not every service came back"
        # a second screening may be under way, or begin as soon as this was looked at
        row = stacks.until(lambda: self.sound(fault, wanted), 60)
        row = row or compared(fault, self.stack.home, wanted)
        return replace(
            row,
            seconds=seconds,
            different=row.different or int(bool(ill)),
            note=ill or self.unlike(wanted),
        )

    def sound(self, fault, wanted):
        "The Row, if it is sound"
        row = compared(fault, self.stack.home, wanted)
        return row if row.is_sound else None

    def is_settled(self, wanted):
        latest = self.stack.home / "runs" / "latest" / "worklist.csv"
        return not self.stack.waits() and latest.exists() and latest.read_bytes() == wanted[2]

    def unlike(self, wanted):
        "What differs, by name"
        rows, files, worklist = state(self.stack.home)
        found = {
            **{table: rows[table] == wanted[0][table] for table in rows},
            **{room: files[room] == wanted[1][room] for room in files},
        }
        return " ".join(
            name
            for name, is_same in (found | {"worklist": worklist == wanted[2]}).items()
            if not is_same
        )


def killed(trial, service):
    """kill -9 of a service at a random moment while files arrive."""
    began = time.monotonic()
    trial.deliver()
    time.sleep(trial.draw.uniform(0, 12))
    trial.stack.kill(service)
    trial.deliver(1)
    return trial.outcome(f"kill −9 of {service}", began)


def gone_and_back(trial, service):
    """A service is away while files arrive, and comes back."""
    began = time.monotonic()
    trial.deliver(1)
    trial.stack.call("stop", service)
    trial.deliver(1)
    time.sleep(AWAY)
    trial.stack.call("start", service)
    return trial.outcome(f"{service} gone for {AWAY} s and back", began)


def two_at_once(trial):
    """The stack was started with two of a service (schedulers, workers): files arrive."""
    began = time.monotonic()
    trial.deliver(3)
    return trial.outcome("two schedulers and two workers", began)


def every(trial, rounds=1, say=print):
    """All faults, the kills so many times; returns a Row for each kind."""
    rows = [two_at_once(trial)]
    say(rows[-1])
    for service in SERVICES:
        tries = [killed(trial, service) for _ in range(rounds)]
        rows.append(sum(tries[1:], tries[0]))
        say(rows[-1])
    for service in ("redis", "postgres", "triggerer"):
        rows.append(gone_and_back(trial, service))
        say(rows[-1])
    return rows


def needed(rounds):
    """How many files `every` drops."""
    return 3 + 3 * rounds * len(SERVICES) + 2 * 3


def main(folder, rounds=1, say=print):
    """Start a stack of two schedulers and two workers, try everything, end it; returns the Rows."""
    as_of = datetime.now(UTC).date()
    files = stacks.pieces(folder / "files", patients=2000, files=needed(rounds), as_of=as_of)
    with stacks.started(folder / "stack", "--scale", "scheduler=2", "worker=2") as stack:
        return every(Trial(stack, files, folder), rounds, say)
