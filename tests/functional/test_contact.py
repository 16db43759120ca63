"""Contact data of patients: kept beside the lake by every ingest, whatever ends it, and nowhere else."""

from contextlib import closing

import pytest

from pipeline import run
from pipeline.core import Home
from pipeline.ingest import commit, ingest
from pipeline.lake import query
from pipeline.worklist import open_store
from pipeline.worklist.tables import contact
from tests.command import as_csv, b12
from tests.functional.test_small_files import Killed, take
from tests.generative.test_batches import drop

ANN = {"patient_id": "ann", "birth_date": "1950-01-01", "sex": "female"}
SAID = {
    "name": "Ann Example", "phone": "020 7946 0001", "email": "ann@example.org", "preferred_language": "English",
    "postcode_area": "SW1A 1AA", "registered_clinician": "Dr Demo One", "ethnicity": "Any other",
}  # fmt: skip
KEPT = SAID | {"preferred_language": "en", "postcode_area": "SW1A"}


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("B12_SETTLE_SECONDS", "0")
    home = Home(tmp_path / "home")
    run.land(home, [], "canonical")
    return home


def held(home):
    "patient_id -> the cells that are not empty"
    with closing(open_store(home)) as store, store.reading() as con:
        rows = con.execute(contact.select()).mappings().all()
    return {
        row["patient_id"]: {name: row[name] for name in SAID if row[name] is not None}
        for row in rows
    }


def deliver_patients(home, **files):
    "Ingest files of patients; returns the accounts by the names of the files"
    drop(home, "canonical", [(f"patient_{name}.csv", as_csv(rows)) for name, rows in files.items()])
    return {name.removeprefix("patient_")[:-4]: each for name, each in take(home).items()}


def lake_of(home):
    "What the lake holds of patients, but for where it came from"
    names = (
        "patient_id, birth_on, sex, deceased_on, is_deceased, is_opted_out, merged_into, row_key"
    )
    return query(home, f"select {names} from lake.patient order by all")


def test_they_change_nothing_in_the_lake_and_of_repeated_rows_they_count(home, tmp_path):
    accounts = deliver_patients(home, first=[ANN | SAID])
    assert (accounts["first"].accepted, accounts["first"].blanked) == (1, {})
    assert held(home) == {"ann": KEPT}
    plain = Home(tmp_path / "plain")
    run.land(plain, [], "canonical")
    deliver_patients(plain, first=[ANN])
    assert lake_of(home) == lake_of(plain) and held(plain) == {}
    # a row that differs in them alone is a duplicate, and what it says of them is newer
    again = deliver_patients(home, second=[ANN | {"phone": "555-0142", "email": ""}])
    assert (again["second"].accepted, again["second"].duplicates) == (0, 1)
    assert held(home) == {"ann": KEPT | {"phone": "555-0142"}}
    # a byte for byte repetition is no news
    deliver_patients(home, third=[ANN | SAID])
    assert held(home) == {"ann": KEPT | {"phone": "555-0142"}}


def test_a_cell_that_cannot_be_used_is_counted_and_rejects_no_row(home):
    bad = {"phone": "ask", "email": "ann at example.org", "name": "x" * 300}
    account = deliver_patients(home, bad=[ANN | SAID | bad])["bad"]
    assert (account.accepted, account.rejected) == (1, {})
    assert account.blanked == {"email": 1, "name": 1, "phone": 1}
    cells = query(home, "select column_name, line from lake.blanked_cell order by all")
    assert cells == [{"column_name": name, "line": 2} for name in ("email", "name", "phone")]
    assert held(home)["ann"].keys() == KEPT.keys() - bad.keys()


def test_files_of_a_batch_with_and_without_them(home):
    people = {name: [ANN | {"patient_id": name}] for name in ("bob", "cid", "dan", "eve")}
    people["bob"][0]["phone"] = "1-23"
    people["dan"] = [row | SAID for row in people["dan"]]
    people["eve"][0] |= {"recorded_at": "2026-01-01T10:00:00Z", "phone": "4-56"}
    people["late"] = [ANN | {"patient_id": "eve", "phone": "7-89", "recorded_at": "2025-01-01"}]
    accounts = deliver_patients(home, **people)
    assert [each.accepted for each in accounts.values()] == [1] * 5
    assert held(home) == {"bob": {"phone": "1-23"}, "dan": KEPT, "eve": {"phone": "4-56"}}


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("is_batch", [False, True])
@pytest.mark.parametrize("dies_in", ["keep_contact", "_append_accounts", "_move"])
def test_an_ingest_that_is_killed_has_them_after_the_retry(home, monkeypatch, dies_in, is_batch):
    files = {name: [ANN | SAID | {"patient_id": name}] for name in ("ann", "bob")[: 1 + is_batch]}
    module = ingest if dies_in == "_move" else commit

    def dies(*_, **__):
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(module, dies_in, dies)
        deliver_patients(home, **files)
    assert len(held(home)) == (0 if dies_in == "keep_contact" else len(files))
    take(home)
    assert held(home) == dict.fromkeys(files, KEPT)
    assert len(lake_of(home)) == len(files)


def test_a_replay_rebuilds_them(home, tmp_path):
    deliver_patients(
        home, first=[ANN | SAID], second=[ANN | {"patient_id": "bob", "phone": "1-23"}]
    )
    before = held(home)
    with closing(open_store(home)) as store, store.writing() as con:
        con.execute(contact.delete())
    assert b12(home.root, "reingest").code == 0
    assert held(home) == before
    assert not (home.root / "reingest").exists()
    # a site that keeps fewer of them: the replay takes the others away
    own = home.sources / "canonical" / "canonical.yaml"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text("extends: canonical\nprofile: canonical\ncontact: [name]\n")
    assert b12(home.root, "reingest").code == 0
    assert held(home) == {"ann": {"name": "Ann Example"}}


def test_they_are_erased_with_the_patient_under_every_id(home):
    rows = [
        ANN | SAID,
        ANN | SAID | {"patient_id": "old-ann", "merged_into": "ann"},
        ANN | SAID | {"patient_id": "bob"},
    ]
    deliver_patients(home, first=rows)
    for how in ("--dry-run", "--yes"):
        answer = b12(home.root, "erase", "ann", how)
        assert answer.code == 0, answer.err
        assert "contact" in answer.out and "2" in answer.out.split("contact")[1][:12], answer.out
    assert held(home) == {"bob": KEPT}
    assert b12(home.root, "reingest").code == 0
    assert held(home) == {"bob": KEPT}


def test_a_backup_has_them(home, tmp_path, monkeypatch):
    deliver_patients(home, first=[ANN | SAID])
    assert b12(home.root, "backup", tmp_path / "backup").code == 0
    restored = Home(tmp_path / "restored")
    assert b12(restored.root, "restore", tmp_path / "backup", "--unsigned").code == 0
    assert held(restored) == {"ann": KEPT}
