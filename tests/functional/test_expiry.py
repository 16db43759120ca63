"""Delivered files that are past their retention: their rows stay, are erased as before, survive a replay, and the files never come back."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from pipeline import lake
from pipeline.core.config import Home
from pipeline.ingest.accounts import transaction_of
from pipeline.lake.queries import query
from pipeline.operations.retention import apply_retention
from tests.command import AS_OF, assessments, b12, deliver
from tests.generative.test_erasure import holding
from tests.homes import LOW

DAYS = 90
LATER = datetime.now(UTC) + timedelta(days=DAYS + 1)
OTHER = {**LOW, "code": "4679-7", "unit": "x"}  # a code that no rule reads
GONE, STAYS = "ann-4711", "bob-4711"


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    "A file with results, one rejected row and one unmapped code; one that was refused"
    return deliver(
        tmp_path_factory.mktemp("in"),
        patient=[{"patient_id": GONE}, {"patient_id": STAYS}],
        lab_result=[
            {"patient_id": GONE, **LOW},
            {"patient_id": STAYS, **LOW},
            {"patient_id": "cat-4711", **LOW, "value": "pending"},
            {"patient_id": GONE, **OTHER, "name": "Word of ann"},
        ],
        condition="x\n1\n",
    )


@pytest.fixture(scope="module")
def expired(old, tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("home"))
    assert b12(home.root, "ingest", old, "--source", "canonical").code == 10
    assert b12(home.root, "screen", "--as-of", AS_OF).code == 0
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("B12_KEEP_ARCHIVE_DAYS", str(DAYS))
        assert apply_retention(home, LATER - timedelta(days=2))["archive"] == 0
        assert apply_retention(home, LATER)["archive"] == 2
        assert apply_retention(home, LATER)["archive"] == 0
    return home


@pytest.fixture
def home(expired, tmp_path):
    return Home(shutil.copytree(expired.root, tmp_path / "home", symlinks=True))


def rows(home):
    "All rows of the lake but the words that are counted"
    return {
        table: sorted(map(str, query(home, f"from lake.{table}")))
        for table in lake.TABLES
        if table != "unmapped_code"
    }


def archived(home):
    return [path.name for path in home.archive.rglob("*") if path.is_file()]


def test_without_the_setting_no_delivered_file_goes(old, tmp_path):
    home = Home(tmp_path / "home")
    b12(home.root, "ingest", old, "--source", "canonical")
    assert apply_retention(home, datetime.now(UTC) + timedelta(days=30_000))["archive"] == 0
    assert len(archived(home)) == 2


def test_the_files_are_gone_and_the_next_screening_says_the_same(home):
    assert all(name.startswith(".") and name.endswith(".expired") for name in archived(home))
    before = assessments(home.root)
    assert b12(home.root, "screen", "--as-of", AS_OF).code == 0
    assert assessments(home.root) == before
    doctor = b12(home.root, "doctor").out
    assert "holds all 0 delivered files but 2 past their retention, whose rows stay" in doctor
    assert "delivered files for ever" in doctor


def test_of_words_in_them_nobody_could_say_whose_they_are_so_they_are_gone_too(home):
    assert query(home, "from lake.unmapped_code") == []
    lake.vacuum(home, keep_hours=0)
    assert not any(name.startswith("lake") for name in holding(home.root, "Word of ann"))


def test_a_replay_keeps_their_rows_and_accounts_and_says_so(home):
    before = rows(home)
    answer = b12(home.root, "reingest")
    assert answer.code == 0, answer.err
    assert answer.out.count("past its retention (B12_KEEP_ARCHIVE_DAYS)") == 2
    assert rows(home) == before
    assert b12(home.root, "reingest").code == 0 and rows(home) == before


def test_a_replay_reads_newer_files_beside_them_and_counts_no_row_twice(home, tmp_path):
    more = deliver(
        tmp_path / "more",
        lab_result=[{"patient_id": STAYS, **LOW}, {"patient_id": "dan-4711", **LOW}],
    )
    assert b12(home.root, "ingest", more, "--source", "canonical").code == 0
    before = rows(home)
    assert b12(home.root, "reingest").code == 0
    assert rows(home) == before


def test_delivered_again_they_are_known_and_stay_away(home, old):
    for _ in range(2):
        answer = b12(home.root, "ingest", old, "--source", "canonical", "--format", "json")
        known = [each for each in answer.json if not each["refused"]]
        assert [each["duplicates"] for each in known] == [each["rows"] for each in known]
        assert not any(not name.startswith(".") for name in archived(home))
        assert b12(home.root, "reingest").code == 0


def test_who_is_erased_is_gone_and_no_replay_or_delivery_brings_them_back(home, old):
    others = {
        table: [row for row in found if GONE not in row] for table, found in rows(home).items()
    }
    answer = b12(home.root, "erase", GONE, "--yes")
    assert answer.code == 0, answer.err
    assert holding(home.root, GONE) == []
    assert b12(home.root, "ingest", old, "--source", "canonical").code == 10
    assert b12(home.root, "reingest").code == 0
    names = [name for name in holding(home.root, GONE) if not name.startswith("refused/")]
    assert names == []
    kept = rows(home)
    assert {t: kept[t] for t in kept if t != "delivery"} == {
        t: others[t] for t in others if t != "delivery"
    }


def test_a_file_that_is_lost_is_not_taken_for_one_that_has_expired(old, tmp_path):
    home = Home(tmp_path / "home")
    b12(home.root, "ingest", old, "--source", "canonical")
    next(home.archive.rglob("*.csv")).unlink()
    answer = b12(home.root, "reingest")
    assert answer.code == 13 and "not in the archive" in answer.err


def test_killed_after_the_note_the_file_counts_and_goes_the_next_time(old, tmp_path, monkeypatch):
    class Killed(BaseException):
        pass

    def kill(*_):
        raise Killed

    home = Home(tmp_path / "home")
    b12(home.root, "ingest", old, "--source", "canonical")
    monkeypatch.setenv("B12_KEEP_ARCHIVE_DAYS", str(DAYS))
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr("pipeline.landing.archive.archived_files", kill)
        apply_retention(home, LATER)
    assert len([name for name in archived(home) if name.endswith(".csv")]) == 2
    before = rows(home)
    assert b12(home.root, "reingest").code == 0 and rows(home) == before
    assert apply_retention(home, LATER)["archive"] == 2


def test_a_backup_holds_the_notes_and_a_ledger_erases_who_is_only_in_rejected_rows(
    home, tmp_path, monkeypatch
):
    monkeypatch.setenv("B12_ERASURE_KEY", "k" * 40)
    assert b12(home.root, "backup", tmp_path / "b").code == 0
    assert b12(home.root, "erase", "cat-4711", "--yes").code == 0
    answer = b12(
        tmp_path / "new", "restore", tmp_path / "b", "--unsigned",
        "--ledger", home.root / "erasures.jsonl",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    assert "Erased again according to the ledger: 1 patient" in answer.out
    new = Home(tmp_path / "new")
    assert query(new, "select patient_id from lake.rejected_row where patient_id is not null") == []
    assert b12(new.root, "reingest").code == 0
    assert rows(new) == rows(home)


def test_an_upgrade_that_cannot_carry_them_over_says_so_before_it_starts(home, monkeypatch):
    monkeypatch.setattr("pipeline.lake.form.FORM", lake.FORM + 1)
    monkeypatch.setattr("pipeline.backup.upgrade.lake.FORM", lake.FORM + 1)
    columns = lake.COLUMNS["lab_result"]
    monkeypatch.setitem(lake.COLUMNS, "lab_result", {**columns, "since_then": "varchar"})
    answer = b12(home.root, "upgrade")
    assert (answer.code, "2 archived files are past their retention" in answer.err) == (13, True)
    assert "Nothing was changed" in answer.err
    assert not home.root.with_name("home-before-upgrade").exists()


def test_an_upgrade_that_can_carries_them_over(home, monkeypatch):
    before = rows(home)
    monkeypatch.setattr("pipeline.lake.form.FORM", lake.FORM + 1)
    monkeypatch.setattr("pipeline.backup.upgrade.lake.FORM", lake.FORM + 1)
    answer = b12(home.root, "upgrade")
    assert answer.code == 0, answer.err
    assert "Of 2 files past their retention the rows were kept as they were" in answer.out
    assert rows(home) == before


def test_accounts_of_refused_files_survive_a_replay(home):
    assert len(b12(home.root, "refused", "--format", "json").json) == 1
    assert b12(home.root, "reingest").code == 0
    assert len(b12(home.root, "refused", "--format", "json").json) == 1


def test_a_snapshot_of_the_same_bytes_has_an_account_of_its_own(home):
    row = query(home, "from lake.delivery where refused is null and entity = 'patient'")[0]
    lake.carry_account(
        home, {**row, "snapshot": "2"}, transaction_of("canonical", row["sha256"], "2")
    )
    before = rows(home)
    assert b12(home.root, "reingest").code == 0
    assert rows(home) == before
