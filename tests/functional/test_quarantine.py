"""A file on which the ingest fails or is killed costs itself: tried so many times, then put into quarantine, while the files behind it go in."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import run
from pipeline.core import REPOSITORY, Home, StorageError, sha256_of
from pipeline.ingest.apart import WORKER, Ended, ingest_apart
from pipeline.lake import query
from pipeline.operations import alerts, examine, in_quarantine
from pipeline.web import create_app
from pipeline.worklist import Actor
from tests.command import b12
from tests.functional.web_client import client, field, token
from tests.generative.test_erasure import holding
from tests.homes import without_gates
from tests.serving_channels import web_server

SEEN = "from pipeline.landing import arrival; arrival._is_being_written = lambda path: False\n"
IS_ROOT = os.geteuid() == 0

HEADER = "patient_id,code,value,unit,collected_at\n"
TAKE = """
import pathlib, sys
from pipeline import run
from pipeline.core import Home
run.ingest_waiting(Home(pathlib.Path(sys.argv[1])))
"""
SLOW = HEADER + '"P","2132-9","1\n' * 2_000_000  # each line of it is read cell by cell


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("B12_SETTLE_SECONDS", "0")
    home = Home(tmp_path / "home")
    for source in ("canonical", "fhir_r4"):
        run.land(home, [], source)
    return home


def drop(home, name, text):
    path = home.landing / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def rows(first, number=1):
    patients = range(first, first + number)
    return HEADER + "".join(f"P{patient},2132-9,110,pg/mL,2026-01-10\n" for patient in patients)


def take(home):
    return {account.file: account for account in run.ingest_waiting(home)}


def broken(home, name="canonical/lab_result_0.csv"):
    "A file of which the ingest fails, through no fault of the disk: where it works lies something else"
    path = drop(home, name, rows(90))
    in_the_way = home.work / sha256_of(path)
    in_the_way.parent.mkdir(parents=True, exist_ok=True)
    in_the_way.write_text("")
    return in_the_way


def test_an_unexpected_failure_is_tried_three_times_then_reported_everywhere(home, tmp_path):
    in_the_way = broken(home)
    drop(home, "canonical/lab_result_1.csv", rows(0))
    accounts = take(home)
    assert accounts["lab_result_1.csv"].accepted == 1
    why = accounts["lab_result_0.csv"].refused
    assert why.startswith("it is in quarantine: reading it failed unexpectedly (FileExistsError at")
    [file] = in_quarantine(home)
    assert file.path.parent == home.quarantine / "canonical"
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert not [one for one in home.claimed.rglob("*") if one.is_file()]
    assert list(home.attempts.iterdir()) == []

    [listed] = b12(home.root, "refused", "--format", "json").json
    assert (listed["state"], listed["file"], listed["reason"]) == ("quarantine", file.file, why)
    assert f"b12 refused --retry {file.sha256[:12]}" in listed["todo"]
    [found] = [one for one in examine(home) if "quarantine" in one.what]
    assert found.state == "look" and found.what.startswith("1 file is in quarantine")
    assert [one["key"] for one in alerts.watch(home, datetime.now(UTC))] == [
        f"quarantine {file.sha256[:12]}"
    ]
    page = client(create_app(home, identify=lambda: Actor("kim", "operator"))).get("/quality").text
    assert "1 file is in quarantine" in page and "lab_result_0.csv" in page

    drop(home, "canonical/again/lab_result_0.csv", rows(90))
    assert "the same bytes failed before" in take(home)["again/lab_result_0.csv"].refused
    assert len(in_quarantine(home)) == 1

    in_the_way.unlink(missing_ok=True)
    answer = b12(home.root, "refused", "--retry", file.sha256[:8])
    assert answer.code == 0 and "1 accepted" in answer.out
    assert b12(home.root, "refused").out == "No file was refused.\n"
    assert query(home, "select count(*) as n from lake.lab_result") == [{"n": 2}]
    assert alerts.watch(home, datetime.now(UTC)) == []


def test_a_refused_file_is_listed_and_tried_again_too(home):
    drop(home, "canonical/lab_result.csv", "patient_id,code\nP,2132-9\n")
    assert "lacks" in take(home)["lab_result.csv"].refused
    [listed] = b12(home.root, "refused", "--format", "json").json
    assert listed["state"] == "refused" and "corrected file" in listed["todo"]
    assert b12(home.root, "refused", "--retry", listed["sha256"]).code == 10
    assert len(b12(home.root, "refused", "--format", "json").json) == 1
    assert b12(home.root, "refused", "--retry", "0" * 12).code == 2


HEADLESS = "patient_id,code\nP,2132-9\n"


@pytest.fixture
def refused(home):
    "A home with a run, after which a file was refused"
    drop(home, "canonical/lab_result.csv", rows(0))
    take(home)
    with without_gates():
        run.screen_population(home, "2026-01-31")
    drop(home, "canonical/lab_result_2.csv", HEADLESS)
    assert "lacks" in take(home)["lab_result_2.csv"].refused
    return home


def verdict(home, role="steward"):
    page = client(create_app(home, identify=lambda: Actor("kim", role))).get("/quality").text
    said = ("1 file was refused", "No file is refused")
    [state] = [one.state for one in examine(home) if one.what.startswith(said)]
    return state, "The data can be used" in page, "1 file was refused" in page


def counting(home, *more):
    listed = b12(home.root, "refused", "--format", "json", *more).json
    return [(one["file"], one["settled"]) for one in listed]


def test_a_refused_file_counts_in_the_verdict_until_it_is_delivered_well(refused):
    assert verdict(refused) == verdict(refused, "operator") == ("look", False, True)
    assert counting(refused) == [("lab_result_2.csv", None)]
    drop(refused, "canonical/lab_result_2.csv", rows(7))
    assert take(refused)["lab_result_2.csv"].accepted == 1
    assert verdict(refused) == ("ok", True, False)
    assert counting(refused) == []
    [(_, settled)] = counting(refused, "--all")
    assert settled.startswith("replaced by a file of the same name on ")


def test_a_steward_dismisses_a_refused_file_with_a_reason(refused):
    browser = client(create_app(refused, identify=lambda: Actor("kim", "steward")))
    page = browser.get("/quality/refused")
    sent = {"csrf": token(page), "sha256": field(page, "sha256")}
    assert browser.post("/quality/refused/dismiss", data=sent).status_code == 400
    assert verdict(refused) == ("look", False, True)
    sent["because"] = "A test file."
    assert browser.post("/quality/refused/dismiss", data=sent).status_code == 303
    assert verdict(refused) == ("ok", True, False)
    assert "Dismissed by kim on " in browser.get("/quality/refused").text
    assert "A test file." in b12(refused.root, "audit", "--what", "refused_dismissed").out


def test_the_command_line_dismisses_a_refused_file_with_a_reason(refused):
    [listed] = b12(refused.root, "refused", "--format", "json").json
    assert b12(refused.root, "refused", "--dismiss", listed["sha256"][:8]).code == 2
    answer = b12(refused.root, "refused", "--dismiss", listed["sha256"][:8], "--because", "A test.")
    assert (answer.code, answer.out) == (0, "No longer counted: lab_result_2.csv.\n")
    assert counting(refused) == []


def test_only_a_steward_sees_and_dismisses_refused_files(refused):
    browser = client(create_app(refused, identify=lambda: Actor("kim", "coordinator")))
    assert browser.get("/quality/refused").status_code == 403
    assert browser.post("/quality/refused/dismiss", data={}).status_code == 403


def test_out_of_memory_costs_the_file_alone_and_says_so(home, monkeypatch):
    monkeypatch.setenv("B12_FILE_MEMORY", "1GB")
    codings = ",".join(f'{{"system":"{number}","code":"x"}}' for number in range(1_500_000))
    record = f'{{"resourceType":"Observation","code":{{"coding":[{codings}]}}}}\n'
    drop(home, "fhir_r4/one.ndjson", 2 * record)
    drop(home, "canonical/lab_result_2.csv", rows(1))
    accounts = take(home)
    assert accounts["lab_result_2.csv"].accepted == 1
    assert "1,000 MB (B12_FILE_MEMORY)" in accounts["one.ndjson"].refused
    assert [file.file for file in in_quarantine(home)] == ["one.ndjson"]
    assert list(home.work.iterdir()) == []


def test_too_much_work_ends_at_the_first_try(home, monkeypatch):
    monkeypatch.setenv("B12_FILE_SECONDS", "1")
    drop(home, "canonical/lab_result.csv", SLOW)
    account = take(home)["lab_result.csv"]
    assert "more than 1 second of the processor (B12_FILE_SECONDS)" in account.refused


def test_a_file_that_kills_its_reader_each_time_is_put_aside(home):
    drop(home, "canonical/lab_result_0.csv", SLOW)
    drop(home, "canonical/lab_result_1.csv", rows(0))
    killed = []

    def killing():
        while len(killed) < 3:
            counted = [one.stat().st_size for one in home.attempts.glob("*")]
            if counted and counted[0] > len(killed):
                killed.append(counted[0])
                WORKER._process.kill()
            time.sleep(0.01)

    thread = threading.Thread(target=killing)
    thread.start()
    accounts = take(home)
    thread.join()
    assert killed == [1, 2, 3] and accounts["lab_result_1.csv"].accepted == 1
    assert "was ended by SIGKILL" in accounts["lab_result_0.csv"].refused


def test_attempts_of_killed_processes_count_and_the_reader_ends_with_its_ingest(home):
    drop(home, "canonical/lab_result_0.csv", SLOW)
    for attempt in range(3):
        process = subprocess.Popen([sys.executable, "-c", TAKE, home.root], cwd=REPOSITORY)
        while [one.stat().st_size for one in home.attempts.glob("*")] != [attempt + 1]:
            time.sleep(0.01)
        [reader] = _children(process.pid)
        process.kill()
        process.wait()
        _wait_for_end(reader)
    drop(home, "canonical/lab_result_1.csv", rows(0))
    accounts = take(home)
    assert accounts["lab_result_1.csv"].accepted == 1
    assert "each process that read it was killed" in accounts["lab_result_0.csv"].refused


def _children(pid):
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in children.split()]


def _wait_for_end(pid):
    until = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < until, "the process that reads outlived its ingest"
        time.sleep(0.01)


def test_a_full_disk_is_not_the_fault_of_the_file(home, monkeypatch):
    "It stays claimed, without an attempt on record, and the ingest says what is wrong"
    path = drop(home, "canonical/lab_result.csv", rows(0))
    home.work.mkdir(parents=True)
    (home.root / "lake").mkdir()
    (home.root / "lake" / "delivery").write_text("no table")
    with pytest.raises(StorageError):
        take(home)
    assert not path.exists() and list(home.attempts.iterdir()) == []
    (home.root / "lake" / "delivery").unlink()
    assert take(home)["lab_result.csv"].accepted == 1


def test_a_reader_that_cannot_start_is_not_the_fault_of_the_file(home, monkeypatch):
    drop(home, "canonical/lab_result.csv", rows(0))
    WORKER.end()
    with monkeypatch.context() as broken_installation:
        broken_installation.setattr("pipeline.ingest.apart.sys.executable", "/bin/false")
        with pytest.raises(StorageError, match="cannot be started"):
            take(home)
    assert in_quarantine(home) == [] and take(home)["lab_result.csv"].accepted == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_stops_an_ingest_ends_the_reader_too_and_it_is_no_attempt(home, number):
    drop(home, "canonical/lab_result_0.csv", SLOW)
    command = [sys.executable, "-m", "pipeline", "ingest", home.root / "landing" / "canonical"]
    # what a shell starts in the background ignores SIGINT
    before = signal.signal(number, signal.SIG_DFL)
    process = subprocess.Popen(
        [*command, "--source", "canonical", "--home", home.root],
        cwd=REPOSITORY, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    signal.signal(number, before)
    while not any(record.stat().st_size for record in home.attempts.glob("*")):
        time.sleep(0.01)
    [reader] = _children(process.pid)
    process.send_signal(number)
    assert process.wait(20)
    _wait_for_end(reader)
    assert sum(record.stat().st_size for record in home.attempts.glob("*")) == 0


@pytest.mark.parametrize(
    "name",
    [
        b"lab_result_\xff\xfe.csv",
        b"lab_result_\x1b[31m\n.csv",
        b"lab_result_" + b"x" * 236 + b".csv",
        b"lab_result." + b"y" * 230,
    ],
)
def test_names_that_no_terminal_may_see_go_in_under_a_safe_one(home, name):
    drop(home, "canonical/lab_result_1.csv", rows(0))
    (home.landing / "canonical" / os.fsdecode(name)).write_text(rows(1), encoding="utf-8")
    accounts = take(home)
    assert accounts.pop("lab_result_1.csv").accepted == 1
    [(shown, account)] = accounts.items()
    assert shown.isprintable() and shown.startswith("lab_result") and shown.isascii()
    assert account.accepted == 1 or name.endswith(b"yyy")
    json.dumps(account.as_json(), ensure_ascii=False).encode()
    assert not [one for one in home.claimed.rglob("*") if one.is_file()]


MARK = b"ANNA7731"
UNREADABLE = {  # in each of them the mark is a value, or lies where a library stumbles
    "canonical/lab_result_1.csv": b"patient_id,code,value,unit,collected_at\n" + MARK + b",\xff\xfe" * 5 + b"\n",
    "canonical/lab_result_2.csv": b"patient_id,code,value,unit,collected_at,x" + MARK + b",2132-9,1\n",
    "canonical/lab_result_3.parquet": b"PAR1" + MARK * 9 + b"PAR1",
    "canonical/lab_result_4.csv": b"PK\x03\x04" + MARK * 9,
    "canonical/lab_result_5.csv.gz": b"\x1f\x8b" + MARK * 9,
    "canonical/lab_result_6.csv": b"HEADER RECORD*******LIB" + MARK * 40,
    "fhir_r4/1.json": b'{"resourceType":"Bundle","entry":[{"resource":' + MARK,
    "fhir_r4/2.ndjson": b'{"resourceType":"Patient","id":"' + MARK + b'"\n' * 2,
    "hl7v2/1.hl7": MARK + b"|^~|\r" * 3,
}  # fmt: skip


def test_no_message_quotes_a_file_that_cannot_be_read(home, capfd):
    "Neither a terminal nor a log, a list nor the lake: what the libraries say of these files quotes most of them"
    run.land(home, [], "hl7v2")
    for name, content in {**UNREADABLE, "canonical/lab_result_7.parquet": _not_utf_8()}.items():
        path = home.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    empty = home.root.parent / "empty"
    empty.mkdir()
    answer = b12(home.root, "ingest", empty, "--source", "canonical")
    assert answer.code == 10 and "9 files were refused" in answer.err
    listed = b12(home.root, "refused", "--format", "json")
    told = [answer.out, answer.err, listed.out, *capfd.readouterr()]
    told += [str(row) for row in query(home, "from lake.delivery")]
    assert not [text for text in told if MARK.decode().lower() in text.lower()]


def test_of_a_file_in_quarantine_only_its_name_and_the_reason_are_told(home, monkeypatch, capfd):
    """Everything about its patients is marked: the marks are in its own room alone, and in nothing that is printed, sent,
    shown or recorded; when the patient is erased, the file goes"""
    monkeypatch.setenv("B12_FILE_SECONDS", "1")
    mark = MARK.decode()
    drop(home, "canonical/lab_result.csv", SLOW.replace('"P"', f'"{mark}"'))
    drop(home, "canonical/lab_result_2.csv", rows(1).replace("P1", f"{mark}-2"))
    told = [take(home)["lab_result.csv"].refused]
    with web_server() as (address, took):
        monkeypatch.setenv("B12_NOTIFY_WEBHOOK", address)
        alerts.watch(home)
        assert took
        told += [body.decode() for _, body in took]
    for command in (["refused"], ["refused", "--format", "json"], ["doctor"], ["audit"]):
        answer = b12(home.root, *command)
        told += [answer.out, answer.err]
    told.append(
        client(create_app(home, identify=lambda: Actor("sam", "steward"))).get("/quality").text
    )
    told += [*capfd.readouterr(), str(query(home, "select file, refused from lake.delivery"))]
    assert "lab_result.csv" in "".join(told)
    assert not [text for text in told if mark.lower() in text.lower()]
    assert {name.split("/")[0] for name in holding(home.root, mark)} == {
        "archive",
        "lake",
        "quarantine",
    }
    assert b12(home.root, "erase", f"{mark}-2", "--yes").code == 0
    assert holding(home.root, f"{mark}-2") == []


def _not_utf_8():
    "A Parquet file of one text, which DuckDB quotes when it is not UTF-8"
    packed = io.BytesIO()
    columns = HEADER.strip().split(",")
    table = pa.table({column: [MARK.decode() + "-here"] for column in columns})
    pq.write_table(table, packed, compression="none", use_dictionary=False, write_statistics=False)
    return packed.getvalue().replace(b"-here", b"-h\xffre")


def test_a_refused_file_that_speaks_of_quarantine_is_in_none(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "lab_result.csv").write_text("quarantine\n1\n")
    answer = b12(tmp_path / "home", "ingest", folder, "--source", "canonical")
    assert answer.code == 10 and "Refused files are kept in" in answer.err
    assert "those in quarantine" not in answer.err


def taken_without_rights(home, before):
    "What an ingest says to which modes mean something, also where root runs the tests"
    rights = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if IS_ROOT else []
    done = subprocess.run(
        [*rights, sys.executable, "-c", before + TAKE, home.root],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.mark.skipif(IS_ROOT and not shutil.which("setpriv"), reason="root reads any file")
@pytest.mark.parametrize(("before", "room"), [("", "landing"), (SEEN, "claimed")])
def test_a_file_that_cannot_be_read_is_named_and_the_others_go_in(home, before, room):
    "before: as if it could still be read when the files were listed"
    for number, name in enumerate(("1", "5-unreadable", "9")):
        path = drop(home, f"canonical/lab_result_{name}.csv", rows(number))
        path.chmod(0o000 if "unreadable" in name else 0o600)
    told = taken_without_rights(home, before)
    assert "lab_result_5-unreadable.csv cannot be read and " in told
    assert "Permission denied" in told and "Traceback" not in told
    assert query(home, "select distinct patient_id from lake.lab_result order by 1") == [
        {"patient_id": "P0"}, {"patient_id": "P2"}
    ]  # fmt: skip
    assert [path.name for path in (home.root / room).rglob("*.csv")] == [
        "lab_result_5-unreadable.csv"
    ]


def test_a_claimed_file_that_vanishes_while_it_is_read_is_named(home, monkeypatch, caplog):
    for number in range(3):
        drop(home, f"canonical/lab_result_{number}.csv", rows(number))

    def vanishing(home, claimed):
        if claimed.name == "lab_result_1.csv":
            (home.root / claimed.path).unlink()
            return Ended(failed="reading it failed unexpectedly")
        return ingest_apart(home, claimed)

    monkeypatch.setattr("pipeline.ingest.claims.ingest_apart", vanishing)
    monkeypatch.setattr("pipeline.ingest.claims.SMALL", 0)
    assert set(take(home)) == {"lab_result_0.csv", "lab_result_2.csv"}
    assert "lab_result_1.csv was removed from claimed/ while it was read" in caplog.text


def test_a_link_in_the_place_of_a_listed_file_stops_no_listing(home, monkeypatch):
    drop(home, "canonical/lab_result_1.csv", rows(1))
    path = drop(home, "canonical/lab_result_2.csv", rows(2))
    look = os.open

    def replaced(name, flags, *more, **options):
        if name == path and not path.is_symlink():
            path.unlink()
            path.symlink_to("/etc/passwd")
        return look(name, flags, *more, **options)

    monkeypatch.setattr(os, "open", replaced)
    assert set(take(home)) == {"lab_result_1.csv"}
