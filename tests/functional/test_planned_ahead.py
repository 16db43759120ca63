"""A night that is planned ahead: its buckets are screened by other processes, and what asked for it
publishes them."""

import subprocess
import sys
from contextlib import closing
from itertools import pairwise

import pyarrow.parquet as pq
import pytest

from pipeline import exports, lake
from pipeline import run as walk
from pipeline.core.config import Home
from pipeline.core.locks import shared_lock
from pipeline.engine import connect
from pipeline.runs import parquet_files, read_manifest
from pipeline.screening import ahead, bucket, scratch
from tests.command import AS_OF, b12, deliver
from tests.homes import copied

KEY = "scheduled__2026-01-31"
ONE_BUCKET = (
    "import sys; from pathlib import Path; from pipeline import run; from pipeline.core import Home;"
    " run.screen_planned(Home(Path(sys.argv[1])), int(sys.argv[2]), sys.argv[3], asked_by=sys.argv[4])"
)


@pytest.fixture
def home(tmp_path, demonstration, monkeypatch):
    "A home with 300 patients, of which a bucket holds 80"
    monkeypatch.setenv("B12_BUCKET_PATIENTS", "80")
    return Home(copied(demonstration / "home", tmp_path / "home"))


def in_a_process(home, number):
    command = [sys.executable, "-c", ONE_BUCKET, str(home.root), str(number), AS_OF, KEY]
    subprocess.run(command, check=True)
    return parts(home)


def parts(home):
    "The buckets of the night that were screened"
    return sorted(int(path.name) for path in ahead.folder_of(home, KEY).glob("parts-*/[0-9]*"))


def publish(home, key=KEY):
    "The published worklist, and how many parts its assessment has"
    outcome = walk.screen_population(home, AS_OF, asked_by=key)
    folder = home.runs / outcome.run_id
    return (folder / "worklist.csv").read_bytes(), len(parquet_files(folder, "assessment"))


def everyone(home):
    return list(exports.published(home.runs / "latest", everyone=True))


def plan(home):
    return walk.plan_buckets(home, AS_OF, asked_by=KEY)


def test_processes_screen_the_buckets_and_another_publishes_them(home, monkeypatch):
    numbers = plan(home)
    assert len(numbers) > 2 and plan(home) == numbers, "asked again, it is the same night"
    for number in reversed(numbers):
        in_a_process(home, number)
    assert parts(home) == numbers
    monkeypatch.setattr(bucket, "build", None)  # nothing is screened any more
    worklist, files = publish(home)
    monkeypatch.undo()
    assert files == len(numbers)
    assert list(home.work.glob("night-*")) == []
    assert (worklist, 1) == publish(home, "another night, in one piece")
    assert plan(home) == [], "it is published already"


def test_a_bucket_that_was_never_screened_is_screened_when_the_night_is_published(home):
    numbers = plan(home)
    in_a_process(home, numbers[0])
    left = ahead.folder_of(home, KEY) / "building-1-killed"
    (left / "parts").mkdir(parents=True)
    _, files = publish(home)
    assert files == len(numbers)


def test_an_erasure_forces_a_new_plan_and_leaves_nothing_of_the_old(home):
    numbers = plan(home)
    in_a_process(home, numbers[0])
    erased = b12(home.root, "worklist", "--format", "json").json[0]["patient_id"]
    assert b12(home.root, "erase", erased, "--yes").code == 0
    assert not ahead.folder_of(home, KEY).exists()
    assert in_a_process(home, numbers[1]) == [], "there is no night to screen it in"
    worklist, _ = publish(home)
    assert erased.encode() not in worklist


def test_a_run_in_parts_is_read_erased_and_compared_as_any_other(home):
    publish(home)
    listed = everyone(home)
    assert len(listed) == read_manifest(home.runs / "latest").rows.assessment
    erased = b12(home.root, "worklist", "--format", "json").json[0]["patient_id"]
    assert b12(home.root, "diff", "previous", "latest").code == 0
    assert "is complete" in b12(home.root, "doctor").out
    assert b12(home.root, "erase", erased, "--yes").code == 0
    assert [row for row in listed if row["patient_id"] != erased] == everyone(home)
    assert "is complete" in b12(home.root, "doctor").out
    next(iter(parquet_files(home.runs / "latest", "assessment"))).unlink()
    assert "incomplete: assessment.parquet" in b12(home.root, "doctor").out


def test_a_night_is_planned_anew_after_another_run_was_published(home):
    numbers = plan(home)
    for number in numbers:
        in_a_process(home, number)
    publish(home, "another night")
    _, files = publish(home)
    assert files == len(numbers)
    assert list(home.work.glob("night-*")) == []


def test_a_night_of_another_protocol_is_not_screened(home, monkeypatch):
    numbers = plan(home)
    monkeypatch.setattr("pipeline.protocol.pack.Pack.sha256", property(lambda _: "another"))
    assert walk.screen_planned(home, numbers[0], AS_OF, asked_by=KEY) is None
    assert parts(home) == []


def test_a_night_is_planned_anew_from_a_newer_lake(home):
    numbers = plan(home)
    assert walk.screen_planned(home, numbers[0], AS_OF, asked_by=KEY) in range(1, 300)
    assert plan(home) == numbers and parts(home) == [numbers[0]], "nothing changed: it stays"
    folder = deliver(home.root.parent / "more", patient=[{"patient_id": "new", "birth_date": "1950-01-01", "sex": "female"}])  # fmt: skip
    assert b12(home.root, "ingest", folder, "--source", "canonical").code == 0
    plan(home)
    assert parts(home) == []


def test_an_erasure_waits_for_buckets_that_are_being_screened(home):
    erased = b12(home.root, "worklist", "--format", "json").json[0]["patient_id"]
    command = [sys.executable, "-m", "pipeline", "erase", erased, "--yes", "--home", home.root]
    with shared_lock(home, "buckets"):
        erasing = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        with pytest.raises(subprocess.TimeoutExpired):
            erasing.wait(timeout=6)
    assert erasing.wait() == 0


def test_one_bucket_is_left_to_the_task_that_publishes(home, monkeypatch):
    monkeypatch.delenv("B12_BUCKET_PATIENTS")
    assert plan(home) == []
    assert list(home.work.glob("night-*")) == []


def test_a_night_that_nobody_publishes_goes_with_a_later_one(home, monkeypatch):
    plan(home)
    monkeypatch.setattr(scratch, "ABANDONED", -1)
    publish(home, "the next night")
    assert list(home.work.glob("night-*")) == []


@pytest.mark.parametrize("edges", [(), ("DEMO0000050",), ("DEMO0000050", "DEMO0000100", "Z")])
def test_what_buckets_read_of_the_lake_is_told_by_its_row_groups(home, edges):
    "Against the rows themselves: a range reads a row group where one of its ids may be in it"
    with closing(connect()) as con:
        versions = lake.newest_versions(home)
        told = lake.read_by_ranges(con, home, versions, edges)
    bounds = list(pairwise([None, *edges, None]))
    for table, read in told.items():
        rows = rows_read = 0
        for path in lake.file_paths(lake.open_table(home, table)):
            file = pq.ParquetFile(path)
            for number in range(file.num_row_groups):
                ids = (
                    file.read_row_group(number, ["patient_id"])["patient_id"]
                    .drop_null()
                    .to_pylist()
                )
                size, low, high = file.metadata.row_group(number).num_rows, min(ids), max(ids)
                meets = [(a is None or high >= a) and (b is None or low < b) for a, b in bounds]
                rows, rows_read = rows + size, rows_read + size * sum(meets)
        assert (read["rows"], read["rows_read"]) == (rows, rows_read)
        assert read["bytes_read"] / read["bytes"] == pytest.approx(rows_read / rows, rel=0.5)


def test_the_manifest_says_what_the_buckets_read_and_of_one_bucket_nothing(home, monkeypatch):
    publish(home)
    read = read_manifest(home.runs / "latest").inputs.read
    assert read and read["patient"].rows_read > read["patient"].rows > 0
    monkeypatch.delenv("B12_BUCKET_PATIENTS")
    publish(home, "another")
    assert read_manifest(home.runs / "latest").inputs.read is None
