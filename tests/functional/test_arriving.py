"""Deliveries that are dropped into `landing/`, taken by `claim_waiting` as the DAG does: each once, whole, or not yet."""

import json
import subprocess
import sys
import threading
import time

import pytest

from pipeline import run
from pipeline.config import REPOSITORY, Home
from pipeline.landing import sha256_of
from pipeline.query import query

HEADER = "patient_id,code,code_system,value,unit,collected_at,result_id"
ONE_WORKER = """
import sys, pathlib
from pipeline import run
from pipeline.config import Home
home = Home(pathlib.Path(sys.argv[1]))
for claimed in run.claim_waiting(home):
    run.ingest_claimed(home, claimed)
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("B12_SETTLE_SECONDS", "0")
    return Home(tmp_path / "home")


def results(first, last):
    return [f"P{number},2132-9,LOINC,{100 + number % 800},pg/mL,2026-01-01,R{number}" for number in range(first, last)]


def drop(home, name, rows):
    path = home.landing / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def take(home):
    return [account for claimed in run.claim_waiting(home) if (account := run.ingest_claimed(home, claimed))]


def held(home):
    return query(home, "select count(*) as rows, count(distinct result_id) as results from lake.lab_result")[0]


def test_two_files_of_one_name_that_follow_each_other_both_go_in(home):
    drop(home, "canonical/lab_result.csv", results(0, 10))
    first = run.claim_waiting(home)
    drop(home, "canonical/lab_result.csv", results(10, 20))
    both = run.claim_waiting(home)
    assert len(first) == 1 and len(both) == 2
    assert [run.ingest_claimed(home, one)["accepted"] for one in both] == [10, 10]
    assert run.ingest_claimed(home, first[0]) == {}  # it went in as one of both
    assert held(home) == {"rows": 20, "results": 20}


def test_the_folder_of_a_source_stays_for_the_next_delivery(home):
    drop(home, "canonical/night/lab_result.csv", results(0, 10))
    assert len(take(home)) == 1
    assert [path.relative_to(home.landing).as_posix() for path in home.landing.rglob("*")] == ["canonical"]


def test_processes_that_take_at_once_take_each_file_once(home):
    for number in range(12):
        drop(home, f"canonical/{number}/lab_result.csv", results(number * 10, number * 10 + 15))  # each shares five rows with the next
    command = [sys.executable, "-c", ONE_WORKER, str(home.root)]
    workers = [subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.PIPE) for _ in range(4)]
    assert [(worker.communicate()[1][-500:], worker.returncode) for worker in workers] == [(b"", 0)] * 4
    assert held(home) == {"rows": 125, "results": 125}
    deliveries = query(home, "select sha256, count(*) as times, sum(accepted) as accepted from lake.delivery group by 1")
    assert len(deliveries) == 12 and {one["times"] for one in deliveries} == {1}
    assert sum(one["accepted"] for one in deliveries) == 125
    assert not [path for path in (home.root / "claimed").rglob("*") if path.is_file()]


def test_a_file_that_grows_while_it_is_read_goes_back_and_is_taken_whole_later(home, monkeypatch):
    path = drop(home, "canonical/lab_result.csv", results(0, 10))
    from pipeline import ingest

    real = ingest.judged

    def while_somebody_writes(con, home, path, **given):
        done = real(con, home, path, **given)
        with path.open("a") as file:
            file.write("\n".join(results(10, 20)) + "\n")
        return done

    monkeypatch.setattr(ingest, "judged", while_somebody_writes)
    assert take(home) == []
    assert path.exists() and not [one for one in (home.root / "claimed").rglob("*") if one.is_file()]
    monkeypatch.setattr(ingest, "judged", real)
    (account,) = take(home)
    assert (account["rows"], account["accepted"]) == (20, 20)
    assert held(home) == {"rows": 20, "results": 20}


def test_a_slow_upload_without_any_marker_is_taken_once_and_whole(home, monkeypatch):
    monkeypatch.setenv("B12_SETTLE_SECONDS", "0.2")
    rows = results(0, 200)

    def upload():
        path = home.landing / "canonical" / "lab_result.csv"
        path.parent.mkdir(parents=True)
        with path.open("w") as file:
            file.write(HEADER + "\n")
            for row in rows:
                file.write(row + "\n")
                file.flush()
                time.sleep(0.008)

    sender = threading.Thread(target=upload)
    sender.start()
    accounts = []
    while sender.is_alive() or not accounts:
        accounts += take(home)
    sender.join()
    assert [(one["rows"], one["accepted"]) for one in accounts] == [(200, 200)]


def test_a_file_that_is_not_what_its_manifest_promises_is_refused_and_the_others_go_in(home):
    good, bad = drop(home, "canonical/day/lab_result_1.csv", results(0, 10)), drop(home, "canonical/day/lab_result_2.csv", results(10, 20))
    files = [{"name": path.name, "size": path.stat().st_size, "sha256": sha256_of(path)} for path in (good, bad)]
    (good.parent / "_MANIFEST.json").write_text(json.dumps({"files": files}))
    bad.write_text(bad.read_text().replace("P11", "P99"), encoding="utf-8")  # the same size, another patient
    assert [(one["file"], one["accepted"]) for one in take(home)] == [("day/lab_result_1.csv", 10)]
    (refused,) = query(home, "select file, refused from lake.delivery where refused is not null")
    assert refused == {"file": "day/lab_result_2.csv", "refused": "it is not the file that its manifest promises (size or SHA-256)"}
    assert [path.name for path in home.refused.rglob("*.csv")] == [f"{sha256_of(next(home.refused.rglob('*.csv')))}.csv"]
    assert [path for path in home.landing.rglob("*") if path.is_file()] == []  # the manifest went when nothing was left of what it names


def test_files_under_no_source_or_an_unknown_one_wait_and_keep_nobody_else_waiting(home):
    drop(home, "canonical/lab_result.csv", results(0, 10))
    drop(home, "nobody_knows/lab_result.csv", results(10, 20))
    drop(home, "lab_result.csv", results(20, 30))
    assert [one["accepted"] for one in take(home)] == [10]
    assert sorted(path.relative_to(home.landing).as_posix() for path in home.landing.rglob("*.csv")) == [
        "lab_result.csv",
        "nobody_knows/lab_result.csv",
    ]


def test_a_kill_between_claim_and_ingest_lets_no_broken_promise_through(home, monkeypatch):
    path = drop(home, "canonical/day/lab_result.csv", results(0, 10))
    files = [{"name": path.name, "size": path.stat().st_size, "sha256": sha256_of(path)}]
    (path.parent / "_MANIFEST.json").write_text(json.dumps({"files": files}))
    path.write_text(path.read_text().replace("P1,", "P9,"), encoding="utf-8")

    class Killed(BaseException):
        pass

    def dies(*arguments, **named):
        raise Killed

    with monkeypatch.context() as killed:
        for name in ("claim", "refuse_file"):
            killed.setattr(f"pipeline.claims.{name}", dies)
        with pytest.raises(Killed):
            take(home)
    assert take(home) == []
    assert query(home, "select refused is not null as is_refused from lake.delivery") == [{"is_refused": True}]


def test_so_many_at_a_time_and_those_first_that_a_dead_run_left(home):
    for number in range(5):
        drop(home, f"canonical/{number}/lab_result.csv", results(number * 10, number * 10 + 10))
    left = run.claim_waiting(home, at_most=2)
    again = run.claim_waiting(home, at_most=3)
    assert len(left) == 2 and len(again) == 3 and all(one in again for one in left)
    assert len(run.claim_waiting(home)) == 5


def test_what_cannot_be_read_waits_and_keeps_nobody_else_waiting(home, monkeypatch):
    drop(home, "canonical/lab_result_1.csv", results(0, 10))
    drop(home, "canonical/lab_result_2.csv", results(10, 20))
    import os

    real = os.open

    def locked(path, *arguments, **named):
        if str(path).endswith("_1.csv"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *arguments, **named)

    monkeypatch.setattr("os.open", locked)
    assert [one["file"] for one in take(home)] == ["lab_result_2.csv"]
    assert (home.landing / "canonical" / "lab_result_1.csv").exists()


def test_a_claimed_file_whose_profile_is_gone_keeps_nobody_else_waiting(home):
    lost = home.claimed / "gone" / "0" / "lab_result.csv"
    lost.parent.mkdir(parents=True)
    lost.write_text(HEADER)
    drop(home, "canonical/lab_result.csv", results(0, 10))
    assert [one["accepted"] for one in take(home)] == [10]
    assert lost.exists()
