"""A small home on the morning after a change of protocol: some runs by praxis-2026 with the other
protocol as a shadow, users at work, and the first run of the other."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline import demo, worklist
from pipeline import run as walk

AFTER, SEED = "nice-ng239", 3
NIGHTS = 3  # before the change
USER = worklist.Actor("kim", "coordinator")


def tell_switch(home, *, today, patients):
    """Fill an empty home; what people had put aside the day before is open again where the other
    protocol asks for another action."""
    with TemporaryDirectory(prefix="b12-switched-") as folder:
        demo.write_demo(Path(folder), patients=patients, seed=SEED, as_of=today)
        walk.ingest(home, [Path(folder)], "canonical")
    for days in range(NIGHTS, 0, -1):
        walk.screen_population(home, as_of=today - timedelta(days=days), shadows=[AFTER])
    with closing(worklist.open_store(home)) as store:
        worklist.follow(home, store)
        put_aside(store, today - timedelta(days=1))
        walk.screen_population(home, as_of=today, pack=AFTER)
        worklist.follow(home, store)


def put_aside(store, day):
    """Of five patients on the worklist one each is contacted, snoozed, done and declined; one stays
    open."""
    until = day + timedelta(days=21)
    acts = (
        {"attempt": worklist.Attempt("phone", "reached", None)},
        {"to": "snoozed", "until": until},
        {"to": "done", "reason": "Treated elsewhere"},
        {"to": "declined", "reason": "Prefers to wait"},
    )
    rows = list(worklist.listed(store, worklist.Filter(status=("open",)), today=day))
    for place, row in enumerate(rows):
        if place % 5 < len(acts):
            asked = acts[place % 5]
            worklist.act(store, row["key"], actor=USER, version=row["version"], today=day, **asked)
