"""Deliveries that are dropped into `landing/`, taken by `claim_waiting` as the DAG does: each once, whole, or not yet."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pipeline import run
from pipeline.core import sha256_of
from pipeline.core.config import REPOSITORY, Home
from pipeline.ingest import claims
from pipeline.lake.queries import query
from pipeline.landing.moves import return_to_landing
from tests.command import b12, deliver

HEADER = "patient_id,code,code_system,value,unit,collected_at,result_id"
ONE_WORKER = """
import sys, pathlib
from pipeline import run
from pipeline.core import Home
run.ingest_waiting(Home(pathlib.Path(sys.argv[1])))
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("B12_SETTLE_SECONDS", "0")
    return Home(tmp_path / "home")


def results(first, last):
    return [
        f"P{number},2132-9,LOINC,{100 + number % 800},pg/mL,2026-01-01,R{number}"
        for number in range(first, last)
    ]


def drop(home, name, rows):
    path = home.landing / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def take(home):
    return run.ingest_waiting(home)


def held(home):
    return query(
        home, "select count(*) as rows, count(distinct result_id) as results from lake.lab_result"
    )[0]


def test_two_files_of_one_name_that_follow_each_other_both_go_in(home):
    drop(home, "canonical/lab_result.csv", results(0, 10))
    first = run.claim_waiting(home)
    drop(home, "canonical/lab_result.csv", results(10, 20))
    both = run.claim_waiting(home)
    assert len(first) == 1 and len(both) == 2
    assert [run.ingest_claimed(home, one).accepted for one in both] == [10, 10]
    assert run.ingest_claimed(home, first[0]) is None  # it went in as one of both
    assert held(home) == {"rows": 20, "results": 20}


def test_the_folder_of_a_source_stays_for_the_next_delivery(home):
    drop(home, "canonical/night/lab_result.csv", results(0, 10))
    assert len(take(home)) == 1
    assert [path.relative_to(home.landing).as_posix() for path in home.landing.rglob("*")] == [
        "canonical"
    ]


def test_processes_that_take_at_once_take_each_file_once(home):
    for number in range(12):
        drop(
            home, f"canonical/{number}/lab_result.csv", results(number * 10, number * 10 + 15)
        )  # each shares five rows with the next
    command = [sys.executable, "-c", ONE_WORKER, str(home.root)]
    workers = [subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.PIPE) for _ in range(4)]
    assert [(worker.communicate()[1][-500:], worker.returncode) for worker in workers] == [
        (b"", 0)
    ] * 4
    assert held(home) == {"rows": 125, "results": 125}
    deliveries = query(
        home,
        "select sha256, count(*) as times, sum(accepted) as accepted from lake.delivery group by 1",
    )
    assert len(deliveries) == 12 and {one["times"] for one in deliveries} == {1}
    assert sum(one["accepted"] for one in deliveries) == 125
    assert not [path for path in (home.root / "claimed").rglob("*") if path.is_file()]


@pytest.mark.usefixtures("in_this_process")
def test_a_file_that_grows_while_it_is_read_goes_back_and_is_taken_whole_later(home, monkeypatch):
    path = drop(home, "canonical/lab_result.csv", results(0, 10))
    from pipeline.ingest import ingest

    real = ingest.validate_file

    def while_somebody_writes(con, home, file, folder):
        done = real(con, home, file, folder)
        with file.path.open("a") as file:
            file.write("\n".join(results(10, 20)) + "\n")
        return done

    monkeypatch.setattr(ingest, "validate_file", while_somebody_writes)
    assert take(home) == []
    assert path.exists() and not [
        one for one in (home.root / "claimed").rglob("*") if one.is_file()
    ]
    monkeypatch.setattr(ingest, "validate_file", real)
    (account,) = take(home)
    assert (account.rows, account.accepted) == (20, 20)
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
    assert [(one.rows, one.accepted) for one in accounts] == [(200, 200)]


def promised(*paths):
    files = [
        {"name": path.name, "size": path.stat().st_size, "sha256": sha256_of(path)}
        for path in paths
    ]
    (paths[0].parent / "_MANIFEST.json").write_text(json.dumps({"files": files}))


BROKEN = "its size or SHA-256 differs from its manifest"


def test_a_file_that_is_not_what_its_manifest_promises_is_refused_and_the_others_go_in(home):
    good, bad = (
        drop(home, "canonical/day/lab_result_1.csv", results(0, 10)),
        drop(home, "canonical/day/lab_result_2.csv", results(10, 20)),
    )
    promised(good, bad)
    bad.write_text(
        bad.read_text().replace("P11", "P99"), encoding="utf-8"
    )  # the same size, another patient
    answer = b12(
        home.root,
        "ingest",
        deliver(home.root.parent / "in", patient=[{"patient_id": "P1"}]),
        "--source",
        "canonical",
        "--format",
        "json",
    )
    assert answer.code == 10
    assert {one["file"]: (one["accepted"], one["refused"]) for one in answer.json} == {
        "day/lab_result_1.csv": (10, None), "day/lab_result_2.csv": (0, BROKEN), "patient.csv": (1, None),
    }  # fmt: skip
    assert [path.name for path in home.refused.rglob("*.csv")] == [
        f"{sha256_of(next(home.refused.rglob('*.csv')))}.csv"
    ]
    assert [
        path for path in home.landing.rglob("*") if path.is_file()
    ] == []  # the manifest went when nothing was left of what it names


def test_a_promise_of_no_sha256_is_broken_and_leads_nowhere(home):
    path = drop(home, "canonical/day/lab_result.csv", results(0, 10))
    files = [{"name": path.name, "size": path.stat().st_size, "sha256": "../../../../x"}]
    (path.parent / "_MANIFEST.json").write_text(json.dumps({"files": files}))
    assert [one.refused for one in take(home)] == [BROKEN]


def test_files_under_no_source_or_an_unknown_one_wait_and_do_not_keep_others_waiting(home):
    drop(home, "canonical/lab_result.csv", results(0, 10))
    drop(home, "nobody_knows/lab_result.csv", results(10, 20))
    drop(home, "lab_result.csv", results(20, 30))
    assert [one.accepted for one in take(home)] == [10]
    assert sorted(
        path.relative_to(home.landing).as_posix() for path in home.landing.rglob("*.csv")
    ) == [
        "lab_result.csv",
        "nobody_knows/lab_result.csv",
    ]


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("dies_in", ["claims.claim", "claims.ingest_file", "ingest._refuse"])
def test_a_kill_anywhere_lets_no_broken_promise_through(home, monkeypatch, dies_in):
    good, bad = (
        drop(home, "canonical/day/lab_result_1.csv", results(0, 10)),
        drop(home, "canonical/day/lab_result_2.csv", results(10, 20)),
    )
    promised(good, bad)
    bad.write_text(bad.read_text().replace("P11,", "P99,"), encoding="utf-8")

    class Killed(BaseException):
        pass

    def dies(*arguments, **named):
        raise Killed

    with monkeypatch.context() as killed:
        killed.setattr(f"pipeline.ingest.{dies_in}", dies)
        with pytest.raises(Killed):
            take(home)
    assert sorted((one.file, one.refused) for one in take(home) if one.refused) in (
        [],
        [("day/lab_result_2.csv", BROKEN)],
    )
    assert query(home, "select file, refused is null as went_in from lake.delivery order by file") == [
        {"file": "day/lab_result_1.csv", "went_in": True}, {"file": "day/lab_result_2.csv", "went_in": False},
    ]  # fmt: skip


def test_a_promised_reference_that_another_took_in_meanwhile_is_not_an_error(home):
    name = "metadata/codes.parquet"
    gone = claims.ClaimedFile("meds", f"claimed/meds/{'a' * 64}-0/{name}", name, "reference", 0)
    assert claims._without_references(home, [gone]) == []


def test_a_senders_links_lead_nowhere_when_its_manifest_is_written_on(home):
    path = drop(home, "canonical/day/lab_result.csv", results(0, 10))
    promised(path)
    for name in (f".{os.getpid()}.part", f"note-{os.getpid()}"):
        (path.parent / name).symlink_to("../../../deadlines.yaml")
    run.claim_waiting(home)
    assert not (home.root / "deadlines.yaml").exists()
    assert list(home.work.iterdir()) == []


@pytest.mark.parametrize("is_promised", [True, False])
def test_a_folder_that_becomes_a_link_between_looking_and_claiming_takes_nothing_out_of_the_home(
    home, monkeypatch, is_promised
):
    secret = home.root / "runs" / "one" / "lab_result.csv"
    secret.parent.mkdir(parents=True)
    secret.write_text("of ours")
    path = drop(home, "canonical/day/lab_result.csv", results(0, 10))
    if is_promised:
        promised(path)
        (secret.parent / "_MANIFEST.json").write_text((path.parent / "_MANIFEST.json").read_text())
    real = claims.mark_complete

    def swapped(*arguments):
        shutil.rmtree(path.parent)
        path.parent.symlink_to("../../runs/one")
        return real(*arguments)

    monkeypatch.setattr(claims, "mark_complete", swapped)
    before = {file.name: file.read_text() for file in secret.parent.iterdir()}
    assert run.claim_waiting(home) == []
    assert {file.name: file.read_text() for file in secret.parent.iterdir()} == before


def test_a_file_that_is_put_back_goes_through_no_link(home):
    drop(home, "canonical/day/lab_result.csv", results(0, 10))
    (claimed,) = run.claim_waiting(home)
    (home.root / "runs").mkdir()
    (home.landing / "canonical" / "day").symlink_to("../../runs")
    return_to_landing(home, home.root / claimed.path, source="canonical", name=claimed.name)
    assert list((home.root / "runs").iterdir()) == [] and (home.root / claimed.path).exists()


def test_a_pipe_in_the_place_of_a_file_is_not_a_delivery(home, monkeypatch):
    path = drop(home, "canonical/lab_result.csv", results(0, 10))
    real = claims.mark_complete

    def swapped(*arguments):
        path.unlink()
        os.mkfifo(path)
        return real(*arguments)

    monkeypatch.setattr(claims, "mark_complete", swapped)
    assert run.claim_waiting(home) == []
    assert [one for one in home.claimed.rglob("*") if not one.is_dir()] == []


def test_what_cannot_be_moved_waits_and_does_not_keep_others_waiting(home, monkeypatch, caplog):
    drop(home, "canonical/night/lab_result.csv", results(0, 10))
    drop(home, "canonical/day/lab_result.csv", results(10, 20))
    real = os.rename

    def rename(path, place, **named):
        if "lab_result" in str(path) and str(
            Path(f"/proc/self/fd/{named['src_dir_fd']}").readlink()
        ).endswith("night"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, place, **named)

    monkeypatch.setattr("os.rename", rename)
    assert [one.file for one in take(home)] == ["day/lab_result.csv"]
    assert (home.landing / "canonical" / "night" / "lab_result.csv").exists()
    assert [one for one in home.claimed.rglob("*") if one.name != "canonical"] == []
    assert "landing/canonical/night/lab_result.csv cannot be moved" in caplog.text


def test_so_many_batches_at_a_time_and_those_first_that_a_dead_run_left(home, monkeypatch):
    monkeypatch.setattr(claims, "FILES", 1)
    for number in range(5):
        drop(home, f"canonical/{number}/lab_result.csv", results(number * 10, number * 10 + 10))
    left = run.claim_waiting(home, at_most=2)
    again = run.claim_waiting(home, at_most=3)
    assert len(left) == 2 and len(again) == 3 and all(one in again for one in left)
    assert len(run.claim_waiting(home)) == 5


def test_what_cannot_be_read_waits_and_does_not_keep_others_waiting(home, monkeypatch):
    drop(home, "canonical/lab_result_1.csv", results(0, 10))
    drop(home, "canonical/lab_result_2.csv", results(10, 20))
    real = os.open

    def locked(path, *arguments, **named):
        if str(path).endswith("_1.csv"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *arguments, **named)

    monkeypatch.setattr("os.open", locked)
    assert [one.file for one in take(home)] == ["lab_result_2.csv"]
    assert (home.landing / "canonical" / "lab_result_1.csv").exists()


def test_a_claimed_file_whose_profile_is_gone_does_not_keep_others_waiting(home):
    lost = home.claimed / "gone" / "0" / "lab_result.csv"
    lost.parent.mkdir(parents=True)
    lost.write_text(HEADER)
    drop(home, "canonical/lab_result.csv", results(0, 10))
    assert [one.accepted for one in take(home)] == [10]
    assert lost.exists()


def test_a_sender_who_keeps_a_second_name_or_an_open_file_rewrites_nothing_that_was_ingested(home):
    "By a hard link, or a file that was opened before it was claimed, and is written through /proc"
    kept, opened = (drop(home, f"canonical/lab_result_{n}.csv", results(n, n + 1)) for n in (1, 2))
    os.link(kept, home.root / "second name")
    with opened.open("rb") as sender:
        assert sum(account.accepted for account in take(home)) == 2
        for name in (home.root / "second name", Path(f"/proc/self/fd/{sender.fileno()}")):
            name.write_text("\n".join([HEADER, "P9,2132-9,LOINC,901,pg/mL,2026-01-01,R9"]) + "\n")
    archived = list(home.archive.rglob("*.csv"))
    assert len(archived) == 2 and all(sha256_of(path) == path.stem for path in archived)
    assert b12(home.root, "reingest").code == 0
    assert {row["value"] for row in query(home, "select value from lake.lab_result")} == {101, 102}


def test_a_file_of_our_own_that_nobody_else_has_is_not_copied(home):
    path = drop(home, "canonical/lab_result.csv", results(1, 2))
    inode = path.stat().st_ino
    take(home)
    assert [path.stat().st_ino for path in home.archive.rglob("*.csv")] == [inode]
