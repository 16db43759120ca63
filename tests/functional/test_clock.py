"""Clocks step back, months end, leap days come: the later word counts, the later run is the latest, no day is lost."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline import run, worklist
from pipeline.core.config import Home
from pipeline.lake.queries import query
from pipeline.web import create_app
from tests.command import b12, deliver
from tests.functional.web_client import client, field, token

DAY = timedelta(days=1)
NOW = datetime(
    2026, 10, 25, 1, 30, tzinfo=UTC
)  # half past one a second time, where summer time ends


@pytest.fixture
def clock(monkeypatch):
    "Sets what the pipeline takes for now"

    class Clock(datetime):
        instant = NOW

        @classmethod
        def now(cls, tz=None):
            return cls.instant.astimezone(tz)

    for module in (
        "ingest.accounts",
        "core.clock",
        "runs.folders",
        "screening.publish",
        "screening.inputs",
    ):
        monkeypatch.setattr(f"pipeline.{module}.datetime", Clock)
    return lambda instant: setattr(Clock, "instant", instant)


def result(value):
    return {
        "patient_id": "P1",
        "code": "2132-9",
        "value": value,
        "unit": "pg/mL",
        "collected_at": "2026-10-20",
        "result_id": "R1",
    }


@pytest.mark.usefixtures("in_this_process")
def test_a_delivery_after_the_clock_stepped_back_is_received_after_the_one_before(tmp_path, clock):
    home = Home(tmp_path / "home")
    for number, step in enumerate((0, -3600, -1800, +60)):
        clock(NOW + timedelta(seconds=step))
        folder = deliver(tmp_path / f"{number}", patient=[{"patient_id": f"P{number}"}])
        assert b12(home.root, "ingest", folder, "--source", "canonical").code == 0
    received = query(home, "select received_at from lake.delivery order by received_at")
    steps = [(one["received_at"] - NOW).total_seconds() for one in received]
    assert steps == pytest.approx([0, 0.000001, 0.000002, 60])


@pytest.mark.usefixtures("in_this_process")
def test_a_clock_that_was_far_ahead_once_is_not_believed_for_ever(tmp_path, clock):
    home = Home(tmp_path / "home")
    for number, instant in enumerate((NOW + timedelta(days=400), NOW)):
        clock(instant)
        assert (
            b12(
                home.root,
                "ingest",
                deliver(tmp_path / f"{number}", patient=[{"patient_id": f"P{number}"}]),
                "--source",
                "canonical",
            ).code
            == 0
        )
    assert (
        min(one["received_at"] for one in query(home, "select received_at from lake.delivery"))
        == NOW
    )


def test_the_merge_that_was_delivered_last_counts_whatever_the_clock_said(tmp_path, clock):
    home = Home(tmp_path / "home")
    people = [
        {"patient_id": name, "birth_date": "1950-01-01", "merged_into": ""}
        for name in ("P1", "P2", "P3")
    ]
    for number, (step, into) in enumerate(((0, "P2"), (-3600, "P3"))):
        clock(NOW + timedelta(seconds=step))
        people[0]["merged_into"] = into
        assert (
            b12(
                home.root,
                "ingest",
                deliver(tmp_path / f"{number}", patient=people),
                "--source",
                "canonical",
            ).code
            == 0
        )
    folder = deliver(tmp_path / "lab", lab_result=[result(120)])
    assert b12(home.root, "run", folder, "--source", "canonical", "--as-of", "2026-10-25").code == 0
    assert [row["patient_id"] for row in b12(home.root, "worklist", "--format", "json").json] == [
        "P3"
    ]


def test_the_run_after_the_clock_stepped_back_is_the_latest_and_is_followed(tmp_path, clock):
    home = Home(tmp_path / "home")
    clock(NOW)
    assert b12(home.root, "run", deliver(tmp_path / "1", patient=[{"patient_id": "P1", "birth_date": "1950-01-01"}], lab_result=[result(120)]),
               "--source", "canonical", "--as-of", "2026-10-25").code == 0  # fmt: skip
    clock(NOW - timedelta(hours=1))
    done = run.screen_population(home, "2026-10-25")
    assert (home.runs / "latest").resolve().name == done.run_id and done.is_followed
    assert next(iter(b12(home.root, "runs", "--format", "json").json))["run_id"] == done.run_id
    store = worklist.open_store(home)
    assert worklist.followed_run(store)["is_newest"]


@pytest.mark.parametrize(
    "day", ["2028-02-29", "2026-02-28", "2026-12-31", "2027-01-01", "2026-03-29", "2026-10-25"]
)
def test_every_day_of_the_calendar_is_screened(tmp_path, day):
    home = Home(tmp_path / "home")
    born = f"{int(day[:4]) - 80}{'-02-29' if day.endswith('02-29') else day[4:]}"  # eighty that day
    folder = deliver(
        tmp_path / "in",
        patient=[{"patient_id": "P1", "birth_date": born}],
        lab_result=[{**result(120), "collected_at": "2026-01-01"}],
    )
    answer = b12(home.root, "run", folder, "--source", "canonical", "--as-of", day)
    assert answer.code == 0, answer.err
    (row,) = (b12(home.root, "explain", "P1", "--format", "json").json["assessment"],)
    assert (row["as_of"], row["scope"]) == (day, "in_scope")


ZONES = pytest.mark.parametrize(
    ("zone", "day"),
    [("Europe/Berlin", "2026-10-26"), ("America/New_York", "2026-10-25"), ("UTC", "2026-10-25")],
)


@ZONES
def test_a_screening_is_as_of_the_day_that_it_is_where_the_patients_are(
    tmp_path, monkeypatch, clock, zone, day
):
    monkeypatch.setenv("B12_TIMEZONE", zone)
    clock(datetime(2026, 10, 25, 23, 30, tzinfo=UTC))
    home = Home(tmp_path / "home")
    assert (
        b12(
            home.root,
            "run",
            deliver(tmp_path / "in", lab_result=[result(120)]),
            "--source",
            "canonical",
        ).code
        == 0
    )
    assert [one["as_of"] for one in b12(home.root, "runs", "--format", "json").json] == [day]


@pytest.fixture
def browser(tmp_path):
    home = Home(tmp_path / "home")
    assert (
        b12(
            home.root,
            "run",
            deliver(tmp_path / "in", lab_result=[result(120)]),
            "--source",
            "canonical",
            "--as-of",
            "2026-10-25",
        ).code
        == 0
    )
    return client(create_app(home, identify=lambda: worklist.Actor("kim", "coordinator")))


def send(browser, address, **fields):
    page = browser.get(address.rpartition("/")[0])
    return browser.post(
        address, data={"csrf": token(page), "version": field(page, "version"), **fields}
    )


@ZONES
def test_people_work_on_the_same_day_as_the_night(browser, monkeypatch, clock, zone, day):
    "A note is of today unless another day is given, and no later; who is looked up waits from today; a snooze ends after it"
    monkeypatch.setenv("B12_TIMEZONE", zone)
    clock(datetime(2026, 10, 25, 23, 30, tzinfo=UTC))
    store, today = browser.app.state.store, date.fromisoformat(day)
    assert worklist.item_of_patient(store, "P2")["waits_from"] == today
    key = worklist.item_of_patient(store, "P1")["key"]
    assert send(browser, f"/patients/{key}/headache").status_code == 303
    assert [one["noted_on"] for one in worklist.notes(store, key)] == [today]
    answers = [
        send(browser, f"/patients/{key}/headache", noted_on=str(today + n * DAY)).status_code
        for n in (0, 1)
    ]
    assert answers == [303, 400]
    answers = [
        send(browser, f"/patients/{key}/act", to="snoozed", until=str(today + n * DAY)).status_code
        for n in (0, 1)
    ]
    assert answers == [400, 303]
