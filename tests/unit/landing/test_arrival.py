"""When a delivery is complete: markers, manifests, settling; and what is never taken."""

import json
import os
import time
from pathlib import Path

import pytest

from pipeline.core import sha256_of
from pipeline.core.config import Home
from pipeline.ingest.claims import remove_served_control_files
from pipeline.landing.arrival import Watch, list_files, source_and_name
from pipeline.landing.manifest import mark_complete, read_promises


@pytest.fixture
def landing(tmp_path):
    (tmp_path / "landing").mkdir()
    return tmp_path / "landing"


def drop(landing, name, text="patient_id\nP1\n"):
    path = landing / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def manifest(landing, folder, *paths, **changed):
    entries = [
        {
            "name": str(path.relative_to(landing / folder)),
            "size": path.stat().st_size,
            "sha256": sha256_of(path),
            **changed,
        }
        for path in paths
    ]
    return drop(landing, f"{folder}/_MANIFEST.json", json.dumps({"files": entries}))


def complete(landing, settle=60.0):
    return list(Watch(settle).look(landing)[0])


def test_a_file_that_was_just_written_is_growing_and_one_that_settled_is_complete(landing):
    drop(landing, "canonical/patient.csv")
    assert Watch(60).look(landing) == ({}, ["canonical/patient.csv"])
    assert Watch(0).look(landing) == ({"canonical/patient.csv": None}, [])
    time.sleep(0.3)
    assert complete(landing, settle=0.2) == ["canonical/patient.csv"]


def test_a_file_that_somebody_has_open_for_writing_is_not_complete_however_long_it_rests(landing):
    path = drop(landing, "canonical/patient.csv")
    with path.open("a") as writer:
        assert complete(landing, settle=0) == []
        writer.write("P2\n")
    assert complete(landing, settle=0) == ["canonical/patient.csv"]
    with path.open():
        assert complete(landing, settle=0) == ["canonical/patient.csv"]  # readers do not matter


def test_when_the_clock_steps_back_two_looks_decide(landing, monkeypatch):
    drop(landing, "canonical/patient.csv")
    an_hour_ago = time.time() - 3600
    monkeypatch.setattr("pipeline.landing.arrival.time.time", lambda: an_hour_ago)
    watch = Watch(0.2)
    assert watch.look(landing)[0] == {}
    time.sleep(0.25)
    assert list(watch.look(landing)[0]) == ["canonical/patient.csv"]
    with (landing / "canonical" / "patient.csv").open("a") as writer:
        writer.write("P2\n")
    assert watch.look(landing)[0] == {}  # it changed: the waiting begins anew


def test_what_was_landed_under_its_hash_is_complete_at_once(landing):
    name = f"canonical/{'a' * 64}/sub/patient.csv"
    drop(landing, name)
    assert complete(landing) == [name]
    assert source_and_name(name) == ("canonical", "sub/patient.csv")


@pytest.mark.parametrize(
    "name",
    [
        "canonical/.patient.csv",
        "canonical/patient.csv.part",
        "canonical/x.TMP",
        "canonical/.hidden/patient.csv",
    ],
)
def test_uploads_on_their_way_are_not_even_seen(landing, name):
    drop(landing, name)
    assert Watch(0).look(landing) == ({}, [])


def test_links_and_pipes_are_not_seen(landing, tmp_path):
    secret = drop(tmp_path, "elsewhere/patient.csv")
    (landing / "canonical").mkdir()
    (landing / "canonical" / "patient.csv").symlink_to(secret)
    (landing / "other").symlink_to(secret.parent)
    os.mkfifo(landing / "canonical" / "lab_result.csv")
    assert Watch(0).look(landing) == ({}, [])


def test_a_marker_makes_what_was_there_before_it_complete_and_nothing_else(landing):
    drop(landing, "canonical/monday/patient.csv")
    drop(landing, "canonical/monday/deep/lab_result.csv")
    drop(landing, "canonical/tuesday/patient.csv")
    time.sleep(0.02)
    drop(landing, "canonical/monday/_READY", "")
    assert complete(landing) == [
        "canonical/monday/deep/lab_result.csv",
        "canonical/monday/patient.csv",
    ]
    time.sleep(0.02)
    drop(landing, "canonical/monday/condition.csv")
    assert "canonical/monday/condition.csv" not in complete(landing)


def test_a_manifest_waits_for_everything_it_names(landing):
    patient, lab = (
        drop(landing, "canonical/day/patient.csv"),
        drop(landing, "canonical/day/lab_result.csv"),
    )
    manifest(landing, "canonical/day", patient, lab)
    lab.rename(landing.parent / "away")
    assert (
        complete(landing, settle=0) == []
    )  # patient.csv has settled, but its manifest is not kept
    (landing.parent / "away").rename(lab)
    found, growing = Watch(60).look(landing)
    assert (
        list(found) == ["canonical/day/lab_result.csv", "canonical/day/patient.csv"]
        and growing == []
    )
    assert found["canonical/day/patient.csv"].sha256 == sha256_of(patient)


def test_a_file_with_another_size_is_awaited_while_it_grows_and_complete_once_it_rests_to_be_refused(
    landing,
):
    patient = drop(landing, "canonical/day/patient.csv")
    manifest(landing, "canonical/day", patient, size=10_000)
    assert complete(landing, settle=60) == []
    assert complete(landing, settle=0) == ["canonical/day/patient.csv"]


def test_after_a_manifest_was_kept_once_its_files_may_go_one_by_one(landing):
    patient, lab = (
        drop(landing, "canonical/day/patient.csv"),
        drop(landing, "canonical/day/lab_result.csv"),
    )
    manifest(landing, "canonical/day", patient, lab)
    mark_complete(Home(landing.parent), ["canonical/day/_MANIFEST.json"])
    lab.unlink()  # claimed, and then the process died
    assert complete(landing) == ["canonical/day/patient.csv"]
    remove_served_control_files(landing)
    assert (landing / "canonical/day/_MANIFEST.json").exists()
    patient.unlink()
    remove_served_control_files(landing)
    assert [path for path in landing.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"files": 7}', '{"files": [{"name": "patient.csv"}]}', "\x00"]
)
def test_below_a_manifest_that_cannot_be_read_nothing_is_taken(landing, text):
    drop(landing, "canonical/day/patient.csv")
    drop(landing, "canonical/other/patient.csv")
    drop(landing, "canonical/day/_MANIFEST.json", text)
    assert complete(landing, settle=0) == ["canonical/other/patient.csv"]


def test_a_manifest_names_nothing_outside_its_folder(landing):
    other = drop(landing, "canonical/other/patient.csv")
    drop(
        landing,
        "canonical/day/_MANIFEST.json",
        json.dumps({"files": [{"name": "../other/patient.csv", "size": 1, "sha256": "0" * 64}]}),
    )
    drop(
        landing,
        "canonical/evil/_MANIFEST.json",
        json.dumps({"files": [{"name": str(other), "size": 1, "sha256": "0" * 64}]}),
    )
    found, _ = Watch(0).look(landing)
    assert found == {"canonical/other/patient.csv": None}


@pytest.fixture
def locked(landing, monkeypatch):
    "Names the folder that cannot be read; tests may run as root, who can read every folder"
    real, folders = os.scandir, set()

    def scandir(path):
        if Path(path).name in folders:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr("os.scandir", scandir)
    return folders.add


def test_a_landing_folder_that_cannot_be_read_is_an_error_and_not_an_empty_one(landing, locked):
    drop(landing, "canonical/patient.csv")
    locked("landing")
    with pytest.raises(PermissionError):
        Watch(0).look(landing)


def test_a_folder_below_that_cannot_be_read_does_not_keep_others_waiting_and_is_told_once(
    landing, locked, caplog
):
    drop(landing, "canonical/night/patient.csv")
    drop(landing, "canonical/day/patient.csv")
    locked("night")
    watch = Watch(0)
    assert [list(watch.look(landing)[0]) for _ in range(3)] == [["canonical/day/patient.csv"]] * 3
    assert [record.message for record in caplog.records] == [
        f"{landing}/canonical/night cannot be read and is skipped: Permission denied"
    ]
    with pytest.raises(PermissionError):
        list(list_files(landing))  # who erases must see everything


def test_no_landing_folder_is_nothing_waiting(tmp_path):
    assert Watch(0).look(tmp_path / "landing") == ({}, [])


def test_a_manifest_that_came_before_its_files_is_kept_for_them(landing):
    patient = drop(landing, "canonical/day/patient.csv")
    manifest(landing, "canonical/day", patient)
    patient.rename(landing.parent / "away")
    remove_served_control_files(landing)
    drop(
        landing, "canonical/day/patient.csv", "patient_id\n"
    )  # half of it, and it does not rest yet
    assert complete(landing) == []
    (landing.parent / "away").rename(patient)
    assert complete(landing) == ["canonical/day/patient.csv"]


def test_a_manifest_that_another_has_cleared_away_is_not_an_error(landing):
    mark_complete(Home(landing.parent), ["canonical/day/_MANIFEST.json"])


def test_a_manifest_may_write_a_hash_in_capitals(tmp_path):
    promised = {"files": [{"name": "lab_result.csv", "size": 3, "sha256": "AB" * 32}]}
    (tmp_path / "_MANIFEST.json").write_text(json.dumps(promised))
    [promise] = read_promises(tmp_path, "_MANIFEST.json").values()
    assert promise.sha256 == "ab" * 32
