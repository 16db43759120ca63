"""The restore drill: back up, destroy, restore, compare; on both databases. And what a backup must never hold."""

import gzip
import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from pipeline import worklist
from pipeline.backup import restore
from pipeline.backup.create import create_backup as back_up
from pipeline.backup.mirror import Mirror
from pipeline.core import sha256_of
from pipeline.core.config import REPOSITORY, Home
from pipeline.landing import land_spooled
from pipeline.run import claim_waiting, ingest_claimed
from tests import homes, stores
from tests.command import AS_OF, assessments, b12, deliver, latest, run
from tests.functional.test_erase import named_in
from tests.homes import ALIAS, FORGOTTEN, KEPT, LOW, copied, first_night
from tests.mllp import oru

NOON = date(2026, 1, 31)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, monkeypatch):
    "Returns what names a new, empty database"

    def fresh():
        if request.param == "postgresql":
            monkeypatch.setenv(
                "B12_DATABASE_URL", stores.fresh_database(request.getfixturevalue("postgresql"))
            )

    fresh()
    return fresh


@pytest.fixture(autouse=True)
def keys(monkeypatch):
    monkeypatch.delenv("B12_ERASURE_KEY", raising=False)
    monkeypatch.setenv("B12_BACKUP_KEY", "kept elsewhere, and long enough!!")


@pytest.fixture(scope="module")
def once(two_nights, tmp_path_factory):
    "Made once for all tests whose store is SQLite"
    folder = tmp_path_factory.mktemp("once")
    copied(two_nights / "home", folder / "home")
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("B12_DATABASE_URL", raising=False)
        return worked_in(folder)


@pytest.fixture
def lived_in(request, once, tmp_path):
    if "database" in request.fixturenames and "B12_DATABASE_URL" in os.environ:
        return live_in(tmp_path)
    return copied(once, tmp_path / "home")


def live_in(tmp_path):
    "A home over which two nights went, a file was refused, and people worked"
    homes.two_nights(tmp_path)
    return worked_in(tmp_path)


def worked_in(tmp_path):
    "After two nights: a file was refused, and people worked"
    home = tmp_path / "home"
    assert (
        b12(
            home,
            "ingest",
            deliver(tmp_path / "broken", lab_result=f"x\n{KEPT[0]}\n"),
            "--source",
            "canonical",
        ).code
        == 10
    )
    store = worklist.open_store(Home(home))
    worklist.add_user(store, "kim", role="coordinator", password="correct horse battery")
    key = worklist.item_of_patient(store, KEPT[0])["key"]
    worklist.act(
        store,
        key,
        actor=stores.KIM,
        version=worklist.item(store, key)["version"],
        comment="called",
        today=NOON,
    )
    worklist.note_headache_unrelated(store, key, actor=stores.KIM, noted_on=NOON, today=NOON)
    shown = [worklist.item(store, key)["id"]]
    worklist.record_access(store, actor=stores.KIM, what="patient", items=shown)
    store.close()
    return home


def state(home):
    "What people see of an installation"
    store = worklist.open_store(Home(home))
    try:
        page = worklist.page(store, worklist.Filter(), today=NOON)
        items = {row["patient_id"]: dict(row) for row in page.rows}
        return {
            "worklist": latest(home, "worklist.csv"), "explain": b12(home, "explain", KEPT[0]).out, "runs": b12(home, "runs").out,
            "rejects": b12(home, "rejects").out, "items": items, "users": worklist.users(store),
            "events": {one: worklist.events(store, row["key"]) for one, row in items.items()},
            "notes": {one: worklist.notes(store, row["key"]) for one, row in items.items()},
            "history": worklist.runs(store), "accesses": worklist.accesses(store, worklist.Asked(who="kim")),
        }  # fmt: skip
    finally:
        store.close()


def test_the_drill(database, lived_in, tmp_path):
    before, backup, again = state(lived_in), tmp_path / "backup", tmp_path / "again"
    answer = b12(lived_in, "backup", backup)
    assert answer.code == 0 and " files, " in answer.out
    expected = (
        b12(lived_in, "screen", "--as-of", "2026-02-01").code,
        latest(lived_in, "worklist.csv"),
        assessments(lived_in),
    )
    shutil.rmtree(lived_in)
    database()
    answer = b12(again, "restore", backup)
    assert answer.code == 0, answer.err
    assert "Erased again according to the ledger: 0 patient IDs." in answer.out
    assert state(again) == before
    assert (
        b12(again, "screen", "--as-of", "2026-02-01").code,
        latest(again, "worklist.csv"),
        assessments(again),
    ) == expected
    assert b12(again, "reingest").code == 0, "the archive is whole"
    delivered = deliver(tmp_path / "in", **first_night())
    assert {
        one["accepted"]
        for one in b12(again, "ingest", delivered, "--source", "canonical", "--format", "json").json
    } == {0}
    store = worklist.open_store(Home(again))
    worklist.add_user(
        store, "lee", role="viewer", password="correct horse battery"
    )  # the database counts on
    worklist.record_access(store, actor=stores.KIM, what="search")
    store.close()


def test_the_second_time_only_what_changed_is_copied(lived_in, tmp_path):
    backup = tmp_path / "backup"
    b12(lived_in, "backup", backup)
    first = {
        path: path.stat().st_ino
        for path in (backup / "home" / "archive").rglob("*")
        if path.is_file()
    }
    answer = b12(lived_in, "backup", backup)
    assert ", 0 copied (0.0 MB), 0 removed" in answer.out
    run(
        lived_in,
        deliver(
            tmp_path / "third",
            lab_result=[
                {"patient_id": KEPT[0], **LOW, "value": "130", "collected_at": "2026-01-25"}
            ],
        ),
    )
    assert b12(lived_in, "backup", backup).code == 0
    assert {path: path.stat().st_ino for path in first} == first
    assert b12(tmp_path / "again", "restore", backup).code == 0
    assert state(tmp_path / "again") == state(lived_in)


def test_who_is_erased_is_gone_from_the_backup_in_its_next_cycle(lived_in, tmp_path):
    backup = tmp_path / "backup"
    b12(lived_in, "backup", backup)
    assert named_in(backup, FORGOTTEN) and named_in(backup, ALIAS)
    assert b12(lived_in, "erase", FORGOTTEN, "--yes").code == 0
    assert b12(lived_in, "backup", backup).code == 0
    assert named_in(backup, FORGOTTEN) == named_in(backup, ALIAS) == []
    assert b12(tmp_path / "again", "restore", backup).code == 0
    assert set(assessments(tmp_path / "again")) == set(KEPT)


def test_a_ledger_kept_elsewhere_erases_again_the_patients_of_an_older_backup(
    database, lived_in, tmp_path
):
    backup, ledger, again = tmp_path / "backup", tmp_path / "erasures.jsonl", tmp_path / "again"
    b12(lived_in, "erase", KEPT[1], "--yes")
    b12(lived_in, "backup", backup)
    assert b12(lived_in, "erase", ALIAS, "--yes").code == 0
    shutil.copy(lived_in / "erasures.jsonl", ledger)
    text = ledger.read_text()
    assert FORGOTTEN not in text and ALIAS not in text and len(text.splitlines()) == 4
    last, counted = map(json.loads, text.splitlines()[2:])
    assert (
        len(last["ids"]) == 2 and counted["rows"]["lab_result"] >= 3 and last["who"] and last["at"]
    )
    shutil.rmtree(lived_in)
    database()
    answer = b12(again, "restore", backup, "--ledger", ledger)
    assert answer.code == 0, answer.err
    assert (
        "Erased again according to the ledger: 2 patient IDs." in answer.out
        and FORGOTTEN not in answer.out
    )
    assert named_in(again, FORGOTTEN) == named_in(again, ALIAS) == []
    assert set(assessments(again)) == {KEPT[0]}
    assert last in map(json.loads, (again / "erasures.jsonl").read_text().splitlines())
    store = worklist.open_store(Home(again))
    assert {one["who"] for one in worklist.accesses(store) if one["what"] == "erased"} >= {
        "b12 restore"
    }
    assert worklist.page(store, worklist.Filter(), today=NOON).total == 1
    store.close()


def test_a_ledger_that_is_missing_or_damaged_restores_nothing(lived_in, tmp_path):
    backup, again, ledger = tmp_path / "backup", tmp_path / "again", tmp_path / "ledger.jsonl"
    b12(lived_in, "backup", backup)
    answer = b12(again, "restore", backup, "--ledger", ledger)
    assert (answer.code, "does not exist" in answer.err) == (2, True)
    for text in ("not JSON\n", '{"at": "2026-01-31"}\n', "[]\n"):
        ledger.write_text(text)
        answer = b12(again, "restore", backup, "--ledger", ledger)
        assert (answer.code, "is damaged" in answer.err) == (13, True), text
    assert not again.exists()


def test_who_came_back_after_an_erasure_stays(lived_in, tmp_path):
    backup = tmp_path / "backup"
    b12(lived_in, "erase", FORGOTTEN, "--yes")
    run(
        lived_in,
        deliver(
            tmp_path / "back",
            lab_result=[{"patient_id": FORGOTTEN, **LOW, "collected_at": "2026-01-28"}],
        ),
    )
    b12(lived_in, "backup", backup)
    assert (
        b12(tmp_path / "again", "restore", backup, "--ledger", lived_in / "erasures.jsonl").code
        == 0
    )
    assert set(assessments(tmp_path / "again")) == {FORGOTTEN, *KEPT}


def test_the_first_erasure_of_all_is_recognised_by_an_older_backup(lived_in, tmp_path):
    b12(lived_in, "backup", tmp_path / "backup")
    assert b12(lived_in, "erase", FORGOTTEN, "--yes").code == 0
    answer = b12(
        tmp_path / "again", "restore", tmp_path / "backup", "--ledger", lived_in / "erasures.jsonl"
    )
    assert answer.code == 0 and "Erased again according to the ledger: 2 patient IDs." in answer.out


@pytest.mark.parametrize("room", ["landing", "claimed"])
def test_whose_delivery_waited_when_the_backup_was_made_does_not_come_back(
    lived_in, tmp_path, room
):
    waits = lived_in / room / "canonical" / ("0" * 64) / "lab_result.csv"
    waits.parent.mkdir(parents=True)
    waits.write_text(
        "patient_id,code,value,unit,collected_at\nWAITS-1,2132-9,110,pg/mL,2026-01-30\nkept-1,2132-9,111,pg/mL,2026-01-30\n"
    )
    b12(lived_in, "backup", tmp_path / "backup")
    assert named_in(tmp_path / "backup", "WAITS-1")
    for claimed in claim_waiting(Home(lived_in)):
        ingest_claimed(Home(lived_in), claimed)
    assert b12(lived_in, "erase", "WAITS-1", "--yes").code == 0
    answer = b12(
        tmp_path / "again", "restore", tmp_path / "backup", "--ledger", lived_in / "erasures.jsonl"
    )
    assert answer.code == 0 and "Erased again according to the ledger: 1 patient ID." in answer.out
    assert b12(tmp_path / "again", "screen", "--as-of", AS_OF).code == 0
    assert named_in(tmp_path / "again", "WAITS-1") == [] and "kept-1" in assessments(
        tmp_path / "again"
    )


def test_received_messages_are_in_it_and_who_was_erased_since_does_not_come_back(
    lived_in, tmp_path
):
    spooled = lived_in / "spool" / "hl7v2" / "received-a.hl7"
    spooled.parent.mkdir(parents=True, mode=0o700)
    spooled.write_bytes(
        b"".join(b"\x0b" + oru(n, patient=n) + b"\x1c\r" for n in ("WAITS-1", "WAITS-2"))
        + b"\x0bMSH"
    )
    b12(lived_in, "backup", tmp_path / "backup")
    land_spooled(Home(lived_in), [spooled])
    for claimed in claim_waiting(Home(lived_in)):
        ingest_claimed(Home(lived_in), claimed)
    assert b12(lived_in, "erase", "WAITS-1", "--yes").code == 0
    again = tmp_path / "again"
    answer = b12(again, "restore", tmp_path / "backup", "--ledger", lived_in / "erasures.jsonl")
    assert "Erased again according to the ledger: 1 patient ID." in answer.out
    assert named_in(again, "WAITS-1") == [] and named_in(again, "WAITS-2")
    assert list((again / "spool").rglob("*.hl7")) == []


@pytest.mark.parametrize("compressed", [False, True])
def test_whose_every_row_was_rejected_is_recognised_in_the_files(lived_in, tmp_path, compressed):
    rows = [
        {"patient_id": "LONELY 7731", **LOW, "value": "nonsense"},
        {"patient_id": KEPT[0], **LOW, "collected_at": "2026-01-13"},
    ]
    folder = deliver(tmp_path / "rejected", lab_result=rows)
    if compressed:
        (folder / "lab_result.csv.gz").write_bytes(
            gzip.compress((folder / "lab_result.csv").read_bytes())
        )
        (folder / "lab_result.csv").unlink()
    assert b12(lived_in, "ingest", folder, "--source", "canonical").code == 0
    b12(lived_in, "backup", tmp_path / "backup")
    assert b12(lived_in, "erase", "LONELY 7731", "--yes").out == (
        "Erased 2 rows: archive 1, rejected_row 1.\n"
    )
    answer = b12(
        tmp_path / "again", "restore", tmp_path / "backup", "--ledger", lived_in / "erasures.jsonl"
    )
    assert answer.code == 0 and "Erased again according to the ledger: 1 patient ID." in answer.out
    texts = [
        path.read_bytes() for path in (tmp_path / "again" / "archive").rglob("*") if path.is_file()
    ]
    assert not any(
        b"LONELY" in (gzip.decompress(text) if text[:2] == b"\x1f\x8b" else text) for text in texts
    )


UNREADABLE = {
    "lab_result.parquet": b"PAR1 this is cut short",
    "lab_result.csv.gz": gzip.compress(os.urandom(999))[:-9],
    "lab_result.csv": b"\x1f\x8bx",
}


@pytest.mark.parametrize("name", UNREADABLE)
@pytest.mark.parametrize("room", ["refused", "archive"])
def test_a_file_that_cannot_be_read_brings_no_patient_back(lived_in, tmp_path, room, name):
    "Who came after the backup is looked for in vain: a refused file that may hold them goes, as when anybody is erased"
    place = lived_in / room / "canonical" / f"{'0' * 64}{name.removeprefix('lab_result')}"
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(UNREADABLE[name])
    b12(lived_in, "backup", tmp_path / "backup")
    late = deliver(tmp_path / "late", lab_result=[{"patient_id": "LATE", **LOW}])
    assert b12(lived_in, "ingest", late, "--source", "canonical").code == 0
    before = (
        (lived_in / "erasures.jsonl").read_text() if (lived_in / "erasures.jsonl").exists() else ""
    )
    assert b12(lived_in, "erase", "LATE", "--yes").code == 0
    (tmp_path / "ledger").write_text((lived_in / "erasures.jsonl").read_text().removeprefix(before))
    answer = b12(
        tmp_path / "again", "restore", tmp_path / "backup", "--ledger", tmp_path / "ledger"
    )
    assert answer.code == 0, answer.err
    assert "Erased again according to the ledger: 0 patient IDs." in answer.out
    assert (tmp_path / "again" / place.relative_to(lived_in)).exists() == (room == "archive")


@pytest.mark.parametrize(
    ("encoding", "patient"),
    [
        ("utf-8", "Müšl"),
        ("latin-1", "Müll"),
        ("cp1252", "Müšl"),
        ("utf-16", "Müšl"),
        ("utf-16-be", "Müšl"),
    ],
)
def test_an_id_with_an_umlaut_is_recognised_in_a_refused_file_of_any_encoding(
    lived_in, tmp_path, encoding, patient
):
    refused = tmp_path / "lab_result.csv"
    refused.write_bytes(f"xé\n{patient},110\n".encode(encoding))
    assert b12(lived_in, "ingest", refused, "--source", "canonical").code == 10
    b12(lived_in, "backup", tmp_path / "backup")
    assert b12(lived_in, "erase", patient, "--yes").out == "Erased 1 row: refused 1.\n"
    answer = b12(
        tmp_path / "again", "restore", tmp_path / "backup", "--ledger", lived_in / "erasures.jsonl"
    )
    assert "Erased again according to the ledger: 1 patient ID." in answer.out
    assert not any(
        patient.encode(encoding) in path.read_bytes()
        for path in (tmp_path / "again" / "refused").rglob("*.csv")
    )


def test_a_ledger_of_another_key_is_said_and_not_passed_over(lived_in, tmp_path, monkeypatch):
    backup = tmp_path / "backup"
    b12(lived_in, "backup", backup)
    monkeypatch.setenv("B12_ERASURE_KEY", "k" * 40)
    b12(lived_in, "erase", FORGOTTEN, "--yes")
    monkeypatch.setenv("B12_ERASURE_KEY", "l" * 40)
    answer = b12(tmp_path / "again", "restore", backup, "--ledger", lived_in / "erasures.jsonl")
    assert answer.code == 13 and "1 erasure in" in answer.err and "B12_ERASURE_KEY" in answer.err


def test_what_a_backup_never_holds(lived_in, tmp_path):
    from pipeline.web.secret import secret

    secret(Home(lived_in))
    (lived_in / "airflow").mkdir()
    for name in (
        "airflow/airflow.db",
        "work/left",
        "landing/canonical/growing.csv.part",
        "tls/receive.key",
        "runs/.building-x/manifest.json",
        "lake/patient/x.tmp",
    ):
        (lived_in / name).parent.mkdir(parents=True, exist_ok=True)
        (lived_in / name).write_text("x")
    (lived_in / "landing" / "canonical" / "fresh.csv").write_text("patient_id\n")
    b12(lived_in, "backup", tmp_path / "backup")
    held = {
        path.relative_to(tmp_path / "backup" / "home").as_posix()
        for path in (tmp_path / "backup" / "home").rglob("*")
    }
    assert {name.split("/")[0] for name in held} == {
        "archive",
        "lake",
        "landing",
        "maps-read-with.json",
        "outcomes",
        "refused",
        "runs",
        "settings-recorded.json",
    } - ({"landing"} - held)
    assert not any(
        one in name
        for name in held
        for one in ("secret", "airflow", "growing", "fresh", ".building", ".tmp", "worklist.db")
    )


def test_the_erasure_key_is_nowhere_in_a_backup_and_comes_back_with_the_key_that_sealed_it(
    lived_in, tmp_path, monkeypatch
):
    assert b12(lived_in, "erase", FORGOTTEN, "--yes").code == 0
    key = (lived_in / "erasure-key").read_bytes()
    b12(lived_in, "backup", tmp_path / "backup")
    assert not [
        path
        for path in (tmp_path / "backup").rglob("*")
        if path.is_file() and key in path.read_bytes()
    ]
    assert b12(tmp_path / "again", "restore", tmp_path / "backup").code == 0
    assert (tmp_path / "again" / "erasure-key").read_bytes() == key
    monkeypatch.delenv("B12_BACKUP_KEY")
    told = b12(tmp_path / "without", "restore", tmp_path / "backup", "--unsigned")
    assert told.code == 0 and "The erasure key is not in this backup" in told.out
    assert (
        "Not signed, and without the erasure key" in b12(lived_in, "backup", tmp_path / "plain").out
    )


@pytest.mark.parametrize("how", ["changed", "not signed", "of another key", "without the key"])
def test_a_backup_that_nobody_vouches_for_is_not_restored(lived_in, tmp_path, monkeypatch, how):
    "An intruder changes a file of it, and says so in the manifest"
    if how == "not signed":
        monkeypatch.delenv("B12_BACKUP_KEY")
    b12(lived_in, "backup", backup := tmp_path / "backup")
    if how == "changed":
        said = json.loads((backup / "backup.json").read_text())
        name = next(name for name in said["files"] if name.startswith("archive/"))
        (backup / "home" / name).write_text("patient_id\n")
        said["files"][name] |= {"size": 11, "sha256": sha256_of(backup / "home" / name)}
        (backup / "backup.json").write_text(json.dumps(said))
    monkeypatch.setenv("B12_BACKUP_KEY", "another one that is long enough, too")
    if how == "changed":
        monkeypatch.setenv("B12_BACKUP_KEY", "kept elsewhere, and long enough!!")
    if how == "without the key":
        monkeypatch.delenv("B12_BACKUP_KEY")
    answer = b12(tmp_path / "again", "restore", backup)
    assert answer.code == 13 and "nothing was restored" in answer.err
    assert not (tmp_path / "again").exists()
    assert b12(tmp_path / "again", "restore", backup, "--unsigned").code == 0


def test_what_an_intruder_put_into_a_backup_is_not_signed_the_next_time(lived_in, tmp_path):
    "Unchanged files are not copied again: what they hold is that of the manifest that was signed"
    b12(lived_in, "backup", backup := tmp_path / "backup")
    said = json.loads((backup / "backup.json").read_text())
    name = next(name for name in said["files"] if name.startswith("archive/"))
    content = (backup / "home" / name).read_bytes()
    (backup / "home" / name).write_bytes(b"x" * len(content))
    said["files"][name]["sha256"] = sha256_of(backup / "home" / name)
    (backup / "backup.json").write_text(json.dumps(said))
    b12(lived_in, "backup", backup)
    assert (backup / "home" / name).read_bytes() == content
    assert b12(tmp_path / "again", "restore", backup).code == 0


def test_deliveries_that_wait_whole_and_claimed_ones_are_kept(lived_in, tmp_path):
    waits = lived_in / "landing" / "canonical" / ("0" * 64) / "lab_result.csv"
    claimed = lived_in / "claimed" / "canonical" / ("1" * 64) / "patient.csv"
    for path, text in (
        (waits, "patient_id,code,value,unit,collected_at\nnew-1,2132-9,110,pg/mL,2026-01-30\n"),
        (claimed, "patient_id\nnew-2\n"),
    ):
        path.parent.mkdir(parents=True)
        path.write_text(text)
        os.utime(path, (1e9, 1e9))
    b12(lived_in, "backup", tmp_path / "backup")
    assert b12(tmp_path / "again", "restore", tmp_path / "backup").code == 0
    run(tmp_path / "again", deliver(tmp_path / "none", patient=[{"patient_id": "new-3"}]))
    assert {"new-1", "new-2", "new-3"} <= set(assessments(tmp_path / "again"))


def damaged(backup, how):
    archived = next((backup / "home" / "archive").rglob("*.csv"))
    if how == "a file is missing":
        archived.unlink()
    elif how == "a file is changed":
        archived.write_bytes(archived.read_bytes()[:-1] + b"x")
    elif how == "the store is changed":
        with (backup / "worklist.db").open("ab") as file:
            file.write(b"x")
    elif how == "it was interrupted":
        (backup / "backup.json").unlink()
    else:
        said = json.loads((backup / "backup.json").read_text())
        said["files"]["../outside"] = {"size": 0, "sha256": "", "mtime_ns": 0}
        (backup / "backup.json").write_text(json.dumps(said))


@pytest.mark.parametrize(
    "how",
    [
        "a file is missing",
        "a file is changed",
        "the store is changed",
        "it was interrupted",
        "a name leads out",
    ],
)
def test_a_backup_that_is_not_whole_is_refused_before_anything_is_written(lived_in, tmp_path, how):
    b12(lived_in, "backup", tmp_path / "backup")
    damaged(tmp_path / "backup", how)
    answer = b12(tmp_path / "again", "restore", tmp_path / "backup")
    assert answer.code == 13 and "backup" in answer.err
    assert not (tmp_path / "again").exists()


def test_a_home_that_is_in_use_is_left_alone(lived_in, tmp_path):
    b12(lived_in, "backup", tmp_path / "backup")
    assert "not empty" in b12(lived_in, "restore", tmp_path / "backup").err
    assert b12(lived_in, "backup", lived_in / "backup").code == 2
    assert b12(tmp_path / "nowhere", "backup", tmp_path / "b").code == 2


def test_a_database_that_is_in_use_is_left_alone(lived_in, tmp_path, monkeypatch, postgresql):
    b12(lived_in, "backup", tmp_path / "backup")
    monkeypatch.setenv("B12_DATABASE_URL", stores.fresh_database(postgresql))
    assert b12(tmp_path / "first", "restore", tmp_path / "backup").code == 0
    answer = b12(tmp_path / "second", "restore", tmp_path / "backup")
    assert answer.code == 2 and "not empty" in answer.err


def test_a_backup_while_deliveries_come_in_is_whole(lived_in, tmp_path):
    "The restored lake's accounts and rows agree, in every order of copying"
    folders = [deliver(tmp_path / f"f{n}", lab_result=[{"patient_id": f"many-{n}", **LOW, "result_id": f"r{n}"}]) for n in range(6)]  # fmt: skip

    command = [
        sys.executable,
        "-m",
        "pipeline",
        "ingest",
        *folders,
        "--source",
        "canonical",
        "--home",
        lived_in,
    ]
    taken = []
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL) as ingesting:
        while ingesting.poll() is None and len(taken) < 20:
            taken.append(tmp_path / f"backup{len(taken)}")
            back_up(Home(lived_in), taken[-1])
    assert ingesting.returncode == 0 and len(taken) >= 2
    taken = [taken[0], taken[-1]]
    for number, folder in enumerate(taken):
        again = tmp_path / f"again{number}"
        assert b12(again, "restore", folder).code == 0
        assert b12(again, "ingest", *folders, "--source", "canonical").code == 0
        assert b12(again, "screen", "--as-of", AS_OF).code == 0
        assert {f"many-{n}" for n in range(6)} <= set(assessments(again))
        assert b12(again, "reingest").code == 0


def test_paths_are_said_as_given(lived_in, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert b12(lived_in, "backup", Path("relative")).out.startswith("relative: ")


def meanwhile(monkeypatch, prefix, happens):
    "Let something happen once, just before the first file below a prefix is copied"
    taken = Mirror._taken

    def _taken(mirror, name, path):
        if name.startswith(prefix):
            monkeypatch.setattr(Mirror, "_taken", taken)
            happens()
        return taken(mirror, name, path)

    monkeypatch.setattr(Mirror, "_taken", _taken)


@pytest.mark.parametrize(
    "just_before", ["lake/delivery/", "lake/lab_result/", "landing/", "archive/"]
)
def test_a_delivery_that_goes_in_meanwhile_is_in_the_restored_home_once(
    lived_in, tmp_path, monkeypatch, just_before
):
    waits = lived_in / "landing" / "canonical" / ("0" * 64)
    deliver(
        waits,
        lab_result="patient_id,code,value,unit,collected_at\nnew-1,2132-9,110,pg/mL,2026-01-30\n",
    )
    deliver(waits, condition="x\n")
    ingested = []

    def ingest():
        ingested.extend(
            ingest_claimed(Home(lived_in), one) for one in claim_waiting(Home(lived_in))
        )

    meanwhile(monkeypatch, just_before, ingest)
    assert b12(lived_in, "backup", tmp_path / "backup").code == 0
    assert [one.accepted for one in ingested if not one.refused] == [1]
    again = tmp_path / "again"
    assert b12(again, "restore", tmp_path / "backup").code == 0
    for home in (lived_in, again):
        b12(
            home,
            "ingest",
            deliver(tmp_path / "patient", patient=[{"patient_id": "new-1"}]),
            "--source",
            "canonical",
        )
        assert b12(home, "screen", "--as-of", AS_OF).code == 0
    assert assessments(again)["new-1"] == assessments(lived_in)["new-1"]
    assert not [path for path in (again / "landing").rglob("*") if path.is_file()]
    assert sorted(path.name for path in (again / "refused").rglob("*.csv")) == sorted(
        path.name for path in (lived_in / "refused").rglob("*.csv")
    )


def test_a_decision_waits_until_the_runs_are_copied(lived_in, tmp_path, monkeypatch):
    tried = "import sys; from pathlib import Path; from pipeline.core import Home; from pipeline.core import exclusive_lock\n"
    tried += "with exclusive_lock(Home(Path(sys.argv[1])), 'screen'): print('in')"
    others = []

    def decide():
        others.append(
            subprocess.Popen(
                [sys.executable, "-c", tried, lived_in], stdout=subprocess.PIPE, text=True
            )
        )
        with pytest.raises(subprocess.TimeoutExpired):
            others[0].wait(1.5)

    meanwhile(monkeypatch, "runs/2", decide)
    assert b12(lived_in, "backup", tmp_path / "backup").code == 0
    with others[0] as other:
        assert other.communicate()[0] == "in\n"


def test_a_backup_that_is_changed_while_it_is_restored_is_noticed(lived_in, tmp_path, monkeypatch):
    b12(lived_in, "backup", backup := tmp_path / "backup")
    name = next(
        name
        for name in json.loads((backup / "backup.json").read_text())["files"]
        if name.startswith("archive/")
    )
    checked = restore._check

    def check(folder, said):
        checked(folder, said)
        (backup / "home" / name).write_text("changed now")

    monkeypatch.setattr(restore, "_check", check)
    answer = b12(tmp_path / "again", "restore", backup)
    assert answer.code == 13 and "changed while it was restored" in answer.err


@pytest.mark.parametrize("said", [{"signature": "ü" * 64}, {"files": {"a": 1}}])
def test_a_manifest_of_any_shape_is_refused_with_a_sentence(lived_in, tmp_path, said):
    b12(lived_in, "backup", backup := tmp_path / "backup")
    manifest = json.loads((backup / "backup.json").read_text())
    (backup / "backup.json").write_text(json.dumps(manifest | said))
    answer = b12(
        tmp_path / "again", "restore", backup, *(["--unsigned"] if "files" in said else [])
    )
    assert answer.code == 13 and "nexpected" not in answer.err
    assert b12(lived_in, "backup", backup).code == 0
