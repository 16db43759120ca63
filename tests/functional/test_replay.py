"""Replaying the archive: killed at its worst moment, beside what a killed erasing left, and after a patient was erased."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline import lake
from pipeline.core.config import Home
from pipeline.ingest import replay
from pipeline.lake.queries import query
from tests.command import AS_OF, assessments, b12, deliver, run
from tests.homes import LOW

PEOPLE = ["ann", "bob", "cat"]


class Killed(BaseException):
    "What no code catches"


@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    return deliver(
        tmp_path_factory.mktemp("in"), lab_result=[{"patient_id": one, **LOW} for one in PEOPLE]
    )


@pytest.fixture(scope="module")
def once(delivered, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    run(home, delivered)
    return home


@pytest.fixture
def home(once, tmp_path):
    return Home(shutil.copytree(once, tmp_path / "home", symlinks=True))


def results(home):
    return query(home, "select count(*) as rows from lake.lab_result")[0]["rows"]


@pytest.fixture
def killed(home, monkeypatch):
    "A home whose replay was killed when the old lake had gone aside and the new one had not come yet"
    rename = Path.replace

    def replace(path, place):
        if path == home.root / "reingest" / "lake":
            raise Killed
        return rename(path, place)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", replace)
        with pytest.raises(Killed):
            replay.reingest(home)
    assert not home.lake.exists()
    return home


def test_killed_between_its_renames_the_next_ingest_adds_to_the_old_lake(killed, tmp_path):
    more = deliver(tmp_path / "more", lab_result=[{"patient_id": "dan", **LOW}])
    assert b12(killed.root, "ingest", more, "--source", "canonical").code == 0
    assert results(killed) == len(PEOPLE) + 1


@pytest.mark.parametrize(
    "words",
    [
        ("screen", "--as-of", AS_OF),
        ("reingest",),
        ("erase", "ann", "--dry-run"),
        ("compact",),
        ("backup", "b"),
    ],
)
def test_killed_between_its_renames_whatever_is_done_next_finds_the_old_lake(
    killed, tmp_path, words, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert b12(killed.root, *words).code == 0
    assert results(killed) == len(PEOPLE)
    if words[0] == "backup":
        assert results(Home(tmp_path / "b" / "home")) == len(PEOPLE)


def test_a_swap_under_way_is_waited_for_and_not_undone(home, monkeypatch):
    "Who reads between the renames sees the new lake, and the renames end well"
    looked = "from pathlib import Path; from pipeline import lake; from pipeline.core import Home; import sys; "
    looked += "print(lake.open_table(Home(Path(sys.argv[1])), 'lab_result') is not None)"
    rename, readers = Path.replace, []

    def replace(path, place):
        if path == home.root / "reingest" / "lake":
            readers.append(
                subprocess.Popen(
                    [sys.executable, "-c", looked, home.root], stdout=subprocess.PIPE, text=True
                )
            )
            time.sleep(2)
        return rename(path, place)

    monkeypatch.setattr(Path, "replace", replace)
    replay.reingest(home)
    with readers[0] as reader:
        assert reader.communicate()[0] == "True\n"
    assert lake.open_table(home, "lab_result") is not None and not home.old_lake.exists()


def test_what_a_killed_erasing_left_beside_an_archived_file_is_not_replayed(home):
    [archived] = (home.archive / "canonical").iterdir()
    for ending in (".part", ".a"):
        archived.with_suffix(ending).write_text("patient_id,code\n")
    replay.reingest(home)
    assert results(home) == len(PEOPLE)


def test_a_file_that_is_not_in_the_archive_ends_a_replay_with_the_lake_as_it_was(home):
    [archived] = (home.archive / "canonical").iterdir()
    archived.unlink()
    answer = b12(home.root, "reingest")
    assert answer.code == 13 and "not in the archive" in answer.err
    assert results(home) == len(PEOPLE)


def test_a_delivery_is_known_again_however_many_were_forgotten_and_however_often_it_was_replayed(
    home, delivered
):
    for words in (
        ("erase", "ann", "--yes"),
        ("reingest",),
        ("erase", "bob", "--yes"),
        ("doctor",),
        ("reingest",),
    ):
        assert b12(home.root, *words).code == 0
    [archived] = (home.archive / "canonical").glob("*.csv")
    assert (
        archived.read_text().count("cat") == 1
        and "ann" not in archived.read_text()
        and "bob" not in archived.read_text()
    )
    again = b12(home.root, "ingest", delivered, "--source", "canonical", "--format", "json").json
    assert [one["duplicates"] == one["rows"] for one in again] == [True]
    assert b12(home.root, "screen", "--as-of", AS_OF).code == 0
    assert set(assessments(home.root)) == {"cat"}


def test_a_lake_of_an_earlier_version_is_replayed_and_not_read(
    home, monkeypatch, delivered, in_this_process
):
    columns = lake.COLUMNS["lab_result"]
    monkeypatch.setitem(lake.COLUMNS, "lab_result", {**columns, "since_then": "varchar"})
    for command in (
        ["screen", "--as-of", AS_OF],
        [
            "ingest",
            deliver(
                home.root / "in",
                patient=[{"patient_id": "dan"}, {"patient_id": "eve"}],
                lab_result=[{"patient_id": "dan", **LOW}],
            ),
            "--source",
            "canonical",
        ],
    ):
        answer = b12(home.root, *command)
        assert (answer.code, "b12 upgrade" in answer.err) == (13, True)
    monkeypatch.undo()
    assert b12(home.root, "reingest").code == 0
    assert b12(home.root, "screen", "--as-of", AS_OF).code == 0


def test_an_archived_file_that_was_changed_is_evidence_of_nothing(home):
    [archived] = home.archive.rglob("*.csv")
    before = archived.read_text()
    archived.write_text(before.replace("110", "901"))
    answer = b12(home.root, "reingest")
    assert answer.code == 13 and "is not as it was delivered" in answer.err
    assert results(home) == 3
    assert "1 archived file is neither" in b12(home.root, "doctor", "--deep").out


def test_what_an_erasure_left_of_a_file_is_known_and_its_emptiness_no_refusal(home):
    for patient in PEOPLE:
        assert b12(home.root, "erase", patient, "--yes").code == 0
    answer = b12(home.root, "reingest")
    assert (answer.code, results(home)) == (0, 0)
    assert "rows of erased patients are left out" in answer.out
    assert "without the patients erased since" in b12(home.root, "doctor", "--deep").out
