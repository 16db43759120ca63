"""What is overdue, by an operator's deadlines: on ordinary days, when the clocks change, at the ends of months."""

import os
import shutil
from datetime import UTC, date, datetime, time, timedelta

import pytest

from pipeline.core.config import Home
from pipeline.core.errors import InvalidProtocol, LakeUnavailable, StorageError
from pipeline.operations.deadlines import due_day, overdue
from pipeline.operations.deadlines_file import Delivery, read_deadlines
from pipeline.runs import write_manifest
from tests.command import b12, deliver
from tests.homes import LOW
from tests.manifests import manifest


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("B12_TIMEZONE", "Europe/Berlin")
    root = tmp_path / "home"
    root.mkdir()
    return Home(root)


def expect(home, text):
    (home.root / "deadlines.yaml").write_text(text, encoding="utf-8")


def publish(home, started, as_of, published=True):
    folder = home.runs / f"{started}-abcdef"
    folder.mkdir(parents=True)
    write_manifest(folder, manifest(folder.name, as_of=as_of, published=published))


def keys(home, now):
    return [alert.key for alert in overdue(home, datetime.fromisoformat(now).astimezone(UTC))]


def test_nothing_is_expected_without_a_file(home):
    assert overdue(home, datetime(2026, 2, 1, tzinfo=UTC)) == []


def test_every_key_is_read(home):
    expect(
        home,
        'worklist_by: "06:00"\ndeliveries: [{source: hl7v2, lab: NORTH, hours: 36}, {source: canonical, hours: 1.5}]\nwaiting_hours: 2\n',
    )
    found = read_deadlines(home)
    assert (found.worklist_by, found.deliveries, found.waiting_hours) == (
        time(6),
        (Delivery(source="hl7v2", lab="NORTH", hours=36), Delivery(source="canonical", hours=1.5)),
        2.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("worklist_by: 10:00\n", "quotation marks"), ('worklist_by: "6"\n', "not a time of day"), ('worklist_by: "25:00"\n', "not a time of day"),
        ("worklist_at: 6\n", "worklist_at is not a known key; known: deliveries"), ("- a\n", "not a list of names: values"), ("waiting_hours: soon\n", "not a number of hours"),
        ("waiting_hours: 0\n", "not a number of hours"), ("waiting_hours: .nan\n", "not a number of hours"), ("waiting_hours: true\n", "not a number"),
        ("deliveries: {source: a, hours: 1}\n", "not a list"), ("deliveries: [{source: a}]\n", "delivery 1 has other keys"),
        ("deliveries: [{source: a, hours: 1}, {source: a, hours: 1, site: b}]\n", "delivery 2 has other keys"),
        ("deliveries: [{source: 7, hours: 1}]\n", "are names"), ("deliveries: [{source: a, hours: -1}]\n", "hours of delivery 1"),
        ("a: [\n", "not valid YAML"), ("1: 2\n", "1 is not a known key"), ("worklist_by:\n", "not a time of day"), ("waiting_hours: 9000\n", "not a number of hours"),
        ("deliveries: [{source: a, lab: , hours: 1}]\n", "are names"),
        ("deliveries: [a]\n", "delivery 1 has other keys"), ("deliveries: [{hours: 1}]\n", "delivery 1 has other keys"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_the_file(home, text, says):
    expect(home, text)
    with pytest.raises(InvalidProtocol, match=says) as failure:
        read_deadlines(home)
    assert "deadlines.yaml" in str(failure.value)


def test_an_unknown_time_zone(home, monkeypatch):
    monkeypatch.setenv("B12_TIMEZONE", "Middle/Earth")
    expect(home, 'worklist_by: "06:00"\n')
    with pytest.raises(InvalidProtocol, match="B12_TIMEZONE"):
        overdue(home, datetime(2026, 2, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("now", "by", "day"),
    [
        ("2026-02-01T05:59+01:00", "06:00", "2026-01-31"),  # the end of a month
        ("2026-02-01T06:00+01:00", "06:00", "2026-02-01"),
        ("2028-02-29T06:30+01:00", "06:00", "2028-02-29"),
        ("2028-03-01T05:30+01:00", "06:00", "2028-02-29"),
        ("2027-03-01T05:30+01:00", "06:00", "2027-02-28"),
        ("2026-01-01T05:30+01:00", "06:00", "2025-12-31"),
        # 29 March 2026: the clocks go from 2:00 to 3:00; 2:30 never comes, and is taken as 3:30
        ("2026-03-29T05:59+02:00", "06:00", "2026-03-28"),
        ("2026-03-29T06:00+02:00", "06:00", "2026-03-29"),
        ("2026-03-29T03:29+02:00", "02:30", "2026-03-28"),
        ("2026-03-29T03:30+02:00", "02:30", "2026-03-29"),
        # 25 October 2026: 2:30 comes twice; due at the first
        ("2026-10-25T02:29+02:00", "02:30", "2026-10-24"),
        ("2026-10-25T02:30+02:00", "02:30", "2026-10-25"),
        ("2026-10-25T02:10+01:00", "02:30", "2026-10-25"),
        ("2026-10-25T05:59+01:00", "06:00", "2026-10-24"),
    ],
)
def test_which_days_worklist_must_be_there(home, now, by, day):
    assert due_day(
        time.fromisoformat(by), datetime.fromisoformat(now).astimezone(UTC)
    ) == date.fromisoformat(day)


def test_a_worklist_of_today_is_there_or_not(home):
    expect(home, 'worklist_by: "06:00"\n')
    publish(home, "20260131T010000Z", "2026-01-31")
    assert keys(home, "2026-02-01T05:59+01:00") == []
    assert keys(home, "2026-02-01T06:00+01:00") == ["worklist"]
    publish(home, "20260201T010000Z", "2026-02-01", published=False)
    publish(home, "20260201T020000Z", "2026-01-31")
    publish(home, "20260201T030000Z", "2027-02-01")
    assert keys(home, "2026-02-01T06:00+01:00") == ["worklist"], (
        "a closed gate, a past night again, a slip of the pen: none is today's"
    )
    publish(home, "20260201T040000Z", "2026-02-01")
    assert keys(home, "2026-02-01T06:00+01:00") == []
    assert keys(home, "2026-02-02T06:00+01:00") == ["worklist"]


def test_runs_of_long_ago_are_not_opened(home):
    expect(home, 'worklist_by: "06:00"\n')
    publish(home, "20250101T010000Z", "2025-01-01")
    (home.runs / "20250101T010000Z-abcdef" / "manifest.json").write_text("damaged")
    assert keys(home, "2026-02-01T06:00+01:00") == ["worklist"]


def test_a_delivery_is_late_for_a_source_or_one_laboratory(home, tmp_path):
    rows = [
        {
            "patient_id": "ann",
            "code": "2132-9",
            "value": "300",
            "unit": "pg/mL",
            "collected_at": "2026-01-10",
            "performing_lab": "NORTH",
        }
    ]
    expect(
        home,
        "deliveries: [{source: canonical, hours: 36}, {source: canonical, lab: NORTH, hours: 36}, {source: canonical, lab: SOUTH, hours: 36}]\n",
    )
    assert len(keys(home, datetime.now(UTC).isoformat())) == 3, "nothing ever came"
    assert (
        b12(
            home.root, "ingest", deliver(tmp_path / "in", lab_result=rows), "--source", "canonical"
        ).code
        == 0
    )
    assert keys(home, datetime.now(UTC).isoformat()) == ["delivery canonical SOUTH"]
    later = datetime.now(UTC) + timedelta(hours=37)
    assert keys(home, later.isoformat()) == [
        "delivery canonical",
        "delivery canonical NORTH",
        "delivery canonical SOUTH",
    ]
    assert (
        overdue(home, later)[1].says == "No delivery from canonical, laboratory NORTH for 36 hours"
    )


def test_a_refused_file_does_not_count_as_a_delivery(home, tmp_path):
    expect(home, "deliveries: [{source: canonical, hours: 36}]\n")
    assert (
        b12(
            home.root,
            "ingest",
            deliver(tmp_path / "in", lab_result="nonsense\n1\n"),
            "--source",
            "canonical",
        ).code
        == 10
    )
    assert keys(home, datetime.now(UTC).isoformat()) == ["delivery canonical"]


@pytest.mark.parametrize("room", ["landing", "spool"])
def test_a_file_that_is_not_taken_counts_from_when_it_was_put_there(home, room):
    expect(home, "waiting_hours: 2\n")
    lies = home.root / room / "canonical" / "lab_result.csv.part"
    lies.parent.mkdir(parents=True)
    lies.write_text("x")
    os.utime(lies, (0, 0))  # a sender may keep the file's own time
    now = datetime.now(UTC)
    assert overdue(home, now + timedelta(hours=1)) == []
    [alert] = overdue(home, now + timedelta(hours=2, minutes=1))
    assert alert.says == f"1 file has lain in {room}/ for over 2 hours"


def test_the_command_says_what_is_late_and_returns_a_code_of_its_own(home):
    assert (b12(home.root, "overdue").code, b12(home.root, "overdue").out) == (
        0,
        "Nothing is overdue.\n",
    )
    assert b12(home.root, "overdue", "--format", "json").json == []
    expect(home, 'worklist_by: "00:00"\n')
    answer = b12(home.root, "overdue")
    assert answer.code == 14 and "No worklist of" in answer.out
    expect(home, "worklist_by: 6\n")
    assert b12(home.root, "overdue").code == 12


def test_a_damaged_file_of_the_lake_is_said_in_words(home, tmp_path):
    rows = [{"patient_id": "p-1", **LOW}]
    assert (
        b12(
            home.root, "ingest", deliver(tmp_path / "in", lab_result=rows), "--source", "canonical"
        ).code
        == 0
    )
    expect(home, "deliveries:\n  - {source: canonical, hours: 24}\n")
    [path] = (home.lake / "delivery").glob("*.parquet")
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(LakeUnavailable, match="missing or damaged"):
        overdue(home, datetime(2026, 2, 1, tzinfo=UTC))


def test_a_damaged_manifest_is_said_in_words(home):
    publish(home, "20260201T030000Z", "2026-02-01")
    next(home.runs.rglob("manifest.json")).write_text("{")
    expect(home, 'worklist_by: "06:00"\n')
    with pytest.raises(StorageError, match="damaged"):
        overdue(home, datetime(2026, 2, 1, 12, tzinfo=UTC))


def test_a_disk_that_fills_up_is_told_before_it_is_full(home, monkeypatch):
    "By itself below 5 %, and as the operator says"
    noon, disk = datetime(2026, 2, 1, 12, tzinfo=UTC), shutil.disk_usage(home.root)
    for free, told in ((6, []), (4, ["disk"])):
        usage = disk._replace(total=100_000_000_000, free=free * 1_000_000_000)
        monkeypatch.setattr(shutil, "disk_usage", lambda _, usage=usage: usage)
        assert [alert.key for alert in overdue(home, noon)] == told
    expect(home, "free_percent: 0\n")
    assert overdue(home, noon) == []
    expect(home, "free_percent: 50\n")
    [alert] = overdue(home, noon)
    assert alert.says == "Less than 50 % of the home's disk is free: 4.0 GB"
    expect(home, "free_percent: much\n")
    with pytest.raises(InvalidProtocol, match="free_percent is not a number"):
        overdue(home, noon)
