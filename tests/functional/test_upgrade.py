"""A home that an earlier version wrote (tests/data/homes) is brought to the form of this one by one command, and a newer one is left alone."""

import hashlib
import json
import shutil
import tarfile
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from deltalake import write_deltalake

from pipeline import lake, worklist
from pipeline.core.config import Home
from pipeline.engine import connect
from pipeline.lake.queries import query
from pipeline.operations.retention import apply_retention
from tests.command import DATA, b12, deliver
from tests.homes import LOW

COLUMNS_OF_FORM_2 = (
    "abnormal_flag", "accession_id", "code", "code_system", "collected_at", "comment", "name", "patient_id", "performing_lab",
    "reference_high", "reference_low", "reported_at", "result_id", "specimen", "status", "unit", "unit_printed", "value",
)  # fmt: skip
PEOPLE = ["SYN-001", "SYN-002", "SYN-003", "SYN-004", "SYN-006", "SYN-007", "SYN-008"]


@pytest.fixture
def old(tmp_path):
    "Written by the commit 0b1e4d5: three sources, three runs, an erasure that emptied a file, two users, an event"
    home = tmp_path / "home"
    with tarfile.open(DATA / "homes" / "form_1.tar.xz") as archive:
        archive.extractall(home, filter="data")
    return home


def test_an_older_home_is_not_read_and_says_what_to_do(old):
    for words in (
        ("screen", "--as-of", "2026-02-03"),
        ("explain", "SYN-001"),
        ("erase", "SYN-001", "--yes"),
        ("rejects",),
        ("reingest",),
    ):
        answer = b12(old, *words)
        assert answer.code == 13 and "b12 upgrade" in answer.err, words


def test_one_command_brings_it_to_this_form(old):
    answer = b12(old, "upgrade")
    assert answer.code == 0, answer.err
    assert (
        "from form 1 to this version: 6 files were replayed, 3 of them without patients"
        in answer.out
    )
    assert (old.with_name("home-before-upgrade") / "backup.json").is_file()
    home = Home(old)
    assert {row["patient_id"] for row in query(home, "from lake.patient")} == set(PEOPLE)
    rejected = query(home, "select patient_id, rejected_because from lake.rejected_row")
    assert {row["patient_id"] for row in rejected} == {"SYN-004"}
    assert b12(old, "screen", "--as-of", "2026-02-03").code == 0
    store = worklist.open_store(home)
    assert {user["name"] for user in worklist.users(store)} == {"Kim", "lee"}
    key = worklist.item_of_patient(store, "SYN-002")["key"]
    assert [event["detail"] for event in worklist.events(store, key) if event["who"] == "Kim"] == [
        "called"
    ]
    store.close()
    assert b12(old, "erase", "SYN-008", "--yes").code == 0
    assert b12(old, "reingest").code == 0
    assert "nothing to do" in b12(old, "upgrade").out


def test_killed_on_the_way_it_goes_on(old, monkeypatch):
    class Killed(BaseException):
        pass

    def kill(*_):
        raise Killed

    for name in ("pipeline.backup.upgrade.note_as_rewritten", "pipeline.ingest.replay.swap"):
        with monkeypatch.context() as patched, pytest.raises(Killed):
            patched.setattr(name, kill)
            b12(old, "upgrade")
        assert "b12 upgrade" in b12(old, "rejects").err
    assert b12(old, "upgrade").code == 0
    assert b12(old, "screen", "--as-of", "2026-02-03").code == 0


@pytest.mark.parametrize("is_begun", [True, False])
def test_a_home_that_only_refused_files_is_brought_to_this_form(tmp_path, is_begun):
    home = Home(tmp_path / "home")
    broken = deliver(tmp_path / "in", lab_result="x\n1\n")
    assert b12(home.root, "ingest", broken, "--source", "canonical").code == 10
    if not is_begun:  # killed before the first account
        shutil.rmtree(home.lake / "delivery")
        (home.lake / "patient").mkdir()
    (home.lake / "form.json").write_text(json.dumps({"form": 1}))
    answer = b12(home.root, "upgrade")
    assert answer.code == 0, answer.err
    assert "0 files were replayed" in answer.out
    assert lake.form_of(home) == lake.FORM
    assert len(b12(home.root, "refused", "--format", "json").json) == is_begun
    good = deliver(tmp_path / "good", patient=[{"patient_id": "ann"}])
    assert b12(home.root, "ingest", good, "--source", "canonical").code == 0


def test_a_file_that_changed_though_nobody_was_erased_stops_it(old):
    (old / "erasures.jsonl").unlink()
    answer = b12(old, "upgrade")
    assert answer.code == 13 and "Nothing was changed" in answer.err


def test_a_newer_home_is_refused_with_a_sentence(old):
    (old / "lake" / "form.json").write_text(json.dumps({"form": lake.FORM + 1}))
    for words in (("screen", "--as-of", "2026-02-03"), ("upgrade",), ("reingest",)):
        answer = b12(old, *words)
        assert answer.code == 13 and "newer version" in answer.err, words


def test_a_new_home_says_its_form_and_so_do_its_backup_and_its_replay(two_nights, tmp_path):
    said = json.loads((two_nights / "home" / "lake" / "form.json").read_text())
    assert said == {"form": lake.FORM}


def test_expired_rows_of_the_form_before_are_carried_over_without_a_method(tmp_path):
    home = Home(tmp_path / "home")
    low = {"patient_id": "ann", **LOW, "method": "ECLIA"}
    assert (
        b12(
            home.root, "ingest", deliver(tmp_path / "in", lab_result=[low]), "--source", "canonical"
        ).code
        == 0
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("B12_KEEP_ARCHIVE_DAYS", "1")
        assert apply_retention(home, datetime.now(UTC) + timedelta(days=3))["archive"] == 1
    as_form_2(home)
    assert "b12 upgrade" in b12(home.root, "screen", "--as-of", "2026-02-03").err
    assert b12(home.root, "upgrade").code == 0
    [row] = query(home, "select patient_id, value, method, row_key from lake.lab_result")
    assert (row["patient_id"], row["method"]) == ("ann", None)
    assert b12(home.root, "screen", "--as-of", "2026-02-03").code == 0


def as_form_2(home):
    "The lake as the version before wrote it: results without their method"
    delta = lake.open_table(home, "lab_result")
    with closing(connect()) as con:
        scan = f"select * exclude (method) from read_parquet({delta.file_uris()})"
        rows = con.sql(scan).to_arrow_table()
    write_deltalake(delta, rows, mode="overwrite", schema_mode="overwrite")
    (home.lake / "form.json").write_text(json.dumps({"form": 2}))


def test_the_key_of_a_row_without_a_method_is_that_of_the_form_before(tmp_path):
    home = Home(tmp_path / "home")
    rows = [{"patient_id": "ann", **LOW}, {"patient_id": "ann", **LOW, "method": "ECLIA"}]
    assert (
        b12(
            home.root, "ingest", deliver(tmp_path / "in", lab_result=rows), "--source", "canonical"
        ).code
        == 0
    )
    text = chr(31).join({"patient_id": "ann", **LOW}.get(name, "") for name in COLUMNS_OF_FORM_2)
    found = query(home, "select method, row_key from lake.lab_result")
    keys = {row["method"]: row["row_key"] for row in found}
    assert keys[None] == hashlib.md5(text.encode(), usedforsecurity=False).digest() != keys["ECLIA"]


def test_other_columns_are_another_form():
    "Whoever changes a column counts the form up, so that older homes are brought to it and older programs keep away"
    columns = json.dumps(lake.COLUMNS, sort_keys=True)
    assert (lake.FORM, hashlib.sha256(columns.encode()).hexdigest()[:12]) == (3, "29aaea4edf43")
