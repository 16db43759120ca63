"""A home with three months behind it: a demonstration population whose extracts came day by day,
runs, and users at work who differ by site, so that outcomes can be seen.

    python -m tools.story --home b12-story [--patients 1500] [--days 91] [--every 3]

The extracts are cut by the day of their rows; what is older than the story comes on its first day.
What users do brings new rows: an ordered test comes back, a treatment begins, a value becomes
normal. The same arguments give the same story, but for the keys of items. The clock of this
process is set to each day (time-machine), and files are read in this process, so that every
instant on record is one of the story. In its last month another protocol is counted beside the one
that decides, as a site does that thinks of a change; the story does not make it.
"""

import argparse
import csv
import random
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from pkgutil import resolve_name
from tempfile import TemporaryDirectory
from unittest.mock import patch

import time_machine

from pipeline import demo, worklist
from pipeline import run as walk
from pipeline.core import GateClosed, Home, clock

DAY_OF = {
    "patient": None, "lab_result": "collected_at", "medication": "start_on",
    "condition": "onset_on", "procedure": "performed_on",
}  # fmt: skip
NIGHT, MORNING = time(5), time(9)
SEED = 4
RETESTED_AFTER = timedelta(weeks=6)
SHADOW, WATCHED = "nice-ng239", timedelta(days=30)
FAILS = ("no_answer", "message_left", "no_answer", "wrong_contact")
CHANNELS = ("phone", "phone", "phone", "portal", "in_person")
REASONS = {
    "declined": "Prefers to wait for the next check-up",
    "not_appropriate": "Under the care of a haematologist",
}


@dataclass(frozen=True)
class Site:
    """How a site works: who, how many patients a day, how often a call reaches the patient, how
    often an order is followed, and after how many days."""

    users: tuple[str, ...]
    a_day: int
    reached: float
    followed: float
    days: tuple[int, int]


SITES = {
    "Demo Clinic 1": Site(("kim", "ann"), 9, 0.7, 0.85, (3, 12)),
    "Demo Clinic 2": Site(("lee",), 6, 0.6, 0.7, (5, 20)),
    "Demo Clinic 3": Site(("noor",), 5, 0.55, 0.6, (7, 25)),
    "Demo Clinic 4": Site(("sam",), 4, 0.5, 0.45, (10, 35)),
    "Demo Clinic 5": Site(("ola",), 3, 0.4, 0.5, (7, 30)),
    "Demo Clinic 6": Site(("max",), 1, 0.3, 0.3, (14, 45)),
}


@dataclass
class Story:
    """What was written so far: extracts that are still to come, by day and entity."""

    home: Home
    first: date
    last: date
    dice: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311
    coming: dict = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    heading: dict = field(default_factory=dict)
    number: int = 0

    def expect(self, on, entity, **cells):
        """A row that comes on a day of the story, if it comes within it."""
        self.number += 1
        name = {"lab_result": "result_id", "medication": "medication_id"}[entity]
        row = cells | {name: f"STORY{self.number}"}
        if on <= self.last:
            self.coming[on][entity].append([row.get(name, "") for name in self.heading[entity]])


def main(arguments=None):
    options = _parse(arguments)
    home = Home(options.home.absolute())
    if home.runs.exists():
        raise SystemExit(f"{options.home} has runs already. Choose another folder.")
    today = clock.today()
    tell_story(home, today=today, days=options.days, every=options.every, patients=options.patients)
    print(f"\nb12 serve --home {options.home} shows it.")


def tell_story(home, *, today, days, every, patients, say=print):
    """Fill an empty home with so many days up to today, a run every so many of them."""
    story = Story(home, today - timedelta(days=days - 1), today)
    with TemporaryDirectory(prefix="b12-story-") as folder, _read_here():
        demo.write_demo(Path(folder), patients=patients, seed=SEED, as_of=today)
        _cut(story, Path(folder))
        day = story.first
        while day <= today:
            if (today - day).days % every == 0:
                say(f"{day}: {_night(story, Path(folder), day)}", flush=True)
            if day.weekday() < 5 and day < today:
                _people_work(story, day)
            day += timedelta(days=1)


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="python -m tools.story", description=__doc__)
    parser.add_argument("--home", type=Path, default=Path("b12-story"))
    parser.add_argument("--patients", type=int, default=1_500)
    parser.add_argument("--days", type=int, default=91)
    parser.add_argument("--every", type=int, default=3, help="days from one run to the next")
    return parser.parse_args(arguments)


@contextmanager
def _read_here():
    "Files are read in this process, whose clock is set"
    inside = "pipeline.ingest.{}".format
    parts = ("apart.Ended", "claims.ingest_held", "batching.ingest_held_batch")
    ended, ingest, ingest_together = (resolve_name(inside(part)) for part in parts)
    with (
        patch(inside("claims.ingest_apart"), lambda *job: ended(ingest(*job))),
        patch(inside("batching.ingest_batch_apart"), ingest_together),
    ):
        yield


def _cut(story, folder):
    "Each row comes on its day; one without a readable day, or an older one, on the first"
    for entity, column in DAY_OF.items():
        with (folder / f"{entity}.csv").open(newline="", encoding="utf-8") as file:
            story.heading[entity], *rows = csv.reader(file)
        place = story.heading[entity].index(column) if column else None
        for row in rows:
            text = row[place][:10] if place is not None and len(row) > place else ""
            story.coming[_day(story, text)][entity].append(row)


def _day(story, text):
    try:
        return min(story.last, max(story.first, date.fromisoformat(text)))
    except ValueError:
        return story.first


def _night(story, folder, day):
    "Ingest what came since the last run, and screen; returns a line about it"
    extracts = folder / f"night-{day}"
    extracts.mkdir()
    came = defaultdict(list)
    for past in sorted(one for one in story.coming if one <= day):
        for entity, rows in story.coming.pop(past).items():
            came[entity] += rows
    for entity, rows in came.items():
        with (extracts / f"{entity}-{day}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([story.heading[entity], *rows])
    with _at(day, NIGHT):
        walk.ingest(story.home, [extracts], "canonical")
        try:
            listed = walk.screen_population(
                story.home, as_of=day, shadows=[SHADOW] if day > story.last - WATCHED else []
            ).worklist
        except GateClosed:  # a delivery of that day is as bad as some are; the last list stays
            return "the gate closed"
        store = worklist.open_store(story.home)
        worklist.follow(story.home, store)
        store.close()
    return f"{sum(map(len, came.values())):,} rows, {listed:,} patients on the worklist"


def _at(day, moment):
    return time_machine.travel(datetime.combine(day, moment, UTC))


def _people_work(story, day):
    "Each site works its list from the top: first whom to try again, then the most urgent"
    store = worklist.open_store(story.home)
    for name, site in SITES.items():
        with _at(day, MORNING) as moment:
            due = worklist.Filter(site=(name,), status=worklist.ACTIVE, attempt_due=day)
            fresh = worklist.Filter(site=(name,), status=("open", "assigned"))
            rows = [
                row for chosen in (due, fresh)
                for row in worklist.page(store, chosen, today=day, size=site.a_day).rows
            ]  # fmt: skip
            for row in {row["key"]: row for row in rows[: site.a_day]}.values():
                moment.shift(timedelta(minutes=7))
                _work(story, store, row, site, day)
    store.close()


def _work(story, store, row, site, day):
    "One patient of a morning: a call, and what comes of it"
    user = worklist.Actor(story.dice.choice(site.users), "coordinator")

    def act(**asked):
        nonlocal row
        row = worklist.act(
            store, row["key"], actor=user, version=row["version"], today=day, **asked
        )

    if row["assignee"] != user.name:
        act(assignee=user.name)
    if story.dice.random() > site.reached:
        again = day + timedelta(days=story.dice.randint(2, 5))
        outcome = story.dice.choice(FAILS)
        act(attempt=worklist.Attempt("phone", outcome, again))
        if row["failed_attempts"] == worklist.TRIES and row["status"] != "unreachable":
            act(to="unreachable")
        return
    act(attempt=worklist.Attempt(story.dice.choice(CHANNELS), "reached", None))
    _then(story, row, site, day, act)


def _then(story, row, site, day, act):
    "What a patient who was reached agrees to"
    chance = story.dice.random()
    if chance < 0.06:
        to = story.dice.choice(list(REASONS))
        act(to=to, reason=REASONS[to])
    elif chance < 0.12:
        act(to="snoozed", until=day + timedelta(days=story.dice.randint(10, 30)))
    elif row["action"].startswith(("ORDER", "CONSIDER", "INVESTIGATE", "CHECK", "FOLATE_B12")):
        act(to="ordered")
        if story.dice.random() < site.followed:
            _tested(story, row, site, day)
    else:
        act(to="referred")
        if story.dice.random() < site.followed:
            _treated(story, row, site, day)


def _later(story, site, day):
    return day + timedelta(days=story.dice.randint(*site.days))


def _tested(story, row, site, day):
    on = _later(story, site, day)
    if "MMA" in row["action"]:
        _result(story, row, on, "13964-2", story.dice.choice((160, 190, 220, 310, 420)), "nmol/L")
    else:
        _result(story, row, on, "2132-9", story.dice.choice((145, 170, 240, 310, 420, 510)))


def _treated(story, row, site, day):
    "Injections, and a test some weeks later"
    began = _later(story, site, day)
    for number in range(6):
        story.expect(
            began + timedelta(days=2 * number), "medication", patient_id=row["patient_id"],
            code="hydroxocobalamin", code_system="NAME", name="hydroxocobalamin 1 mg injection",
            start_on=f"{began + timedelta(days=2 * number)}", days_supply="60", route="IM",
            status="completed",
        )  # fmt: skip
    again = began + RETESTED_AFTER
    _result(story, row, again, "13964-2", story.dice.choice((150, 180, 210, 300)), "nmol/L")


def _result(story, row, on, code, value, unit="pg/mL"):
    story.expect(
        on, "lab_result", patient_id=row["patient_id"], code=code, code_system="LOINC",
        value=str(value), unit=unit, status="final", specimen="serum",
        collected_at=f"{on}T08:{story.dice.randint(10, 59)}:00Z", performing_lab="NORTH",
    )  # fmt: skip


if __name__ == "__main__":
    main()
