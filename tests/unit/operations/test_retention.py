"""What is removed as too old, and what never is."""

import os
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.core.config import Home
from pipeline.core.errors import UsageError
from pipeline.operations.retention import apply_retention
from tests.command import AS_OF, b12, deliver, run
from tests.homes import LOW

pytestmark = pytest.mark.slow

LATER = datetime.now(UTC) + timedelta(days=400)


@pytest.fixture(autouse=True)
def default_settings(monkeypatch):
    for name in [name for name in os.environ if name.startswith("B12_KEEP_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def three_nights(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    folder = deliver(tmp_path_factory.mktemp("in"), lab_result=[{"patient_id": "ann", **LOW}])
    for as_of in ("2026-01-29", "2026-01-30", AS_OF):
        run(home, folder, as_of=as_of)
    assert (
        b12(
            home,
            "ingest",
            deliver(tmp_path_factory.mktemp("broken"), lab_result="x\n1\n"),
            "--source",
            "canonical",
        ).code
        == 10
    )
    return home


@pytest.fixture
def home(three_nights, tmp_path):
    return Home(shutil.copytree(three_nights, tmp_path / "home", symlinks=True))


def run_ids(home):
    return sorted(path.name for path in home.runs.glob("[!.]*") if not path.is_symlink())


def test_within_a_year_no_run_and_no_refused_file_goes_by_itself(home):
    before = run_ids(home)
    assert apply_retention(home, LATER) == {
        "runs": 0,
        "refused": 0,
        "lake_files": 0,
        "audit": 0,
        "archive": 0,
    }
    assert run_ids(home) == before and len(before) == 3


def test_old_runs_go_but_never_the_latest(home, monkeypatch):
    monkeypatch.setenv("B12_KEEP_RUNS_DAYS", "30")
    *_, newest = run_ids(home)
    assert apply_retention(home, datetime.now(UTC) + timedelta(days=29))["runs"] == 0
    assert apply_retention(home, datetime.now(UTC) + timedelta(days=31))["runs"] == 2
    assert run_ids(home) == [newest]
    assert b12(home.root, "worklist").code == 0 and b12(home.root, "runs").code == 0
    assert b12(home.root, "screen", "--as-of", AS_OF).code == 0


def test_the_run_that_the_worklist_follows_stays_too(home, monkeypatch):
    "A past night that was screened again is the latest, and moved nothing"
    oldest, *_ = run_ids(home)
    followed = run_ids(home)[-1]
    (home.runs / "latest").unlink()
    (home.runs / "latest").symlink_to(oldest)
    monkeypatch.setenv("B12_KEEP_RUNS_DAYS", "1")
    assert apply_retention(home, LATER)["runs"] == 1
    assert run_ids(home) == [oldest, followed]


def test_a_run_that_waits_for_a_steward_stays(home, monkeypatch):
    first, *_ = run_ids(home)
    (home.runs / first).rename(home.runs / f".held-{first}")
    monkeypatch.setenv("B12_KEEP_RUNS_DAYS", "1")
    apply_retention(home, LATER)
    assert (home.runs / f".held-{first}" / "manifest.json").exists()


def test_what_a_killed_tidying_left_goes_with_the_next(home):
    first, *_ = run_ids(home)
    (home.runs / first).rename(home.runs / f".gone-{first}")
    apply_retention(home, LATER)
    assert not list(home.runs.glob(".gone-*"))


def test_refused_files_go_by_when_they_were_refused(home, monkeypatch):
    [refused] = (path for path in home.refused.rglob("*") if path.is_file())
    os.utime(refused, (0, 0))
    monkeypatch.setenv("B12_KEEP_REFUSED_DAYS", "90")
    assert (
        apply_retention(home, datetime.now(UTC) + timedelta(days=89))["refused"] == 0
        and refused.exists()
    )
    assert (
        apply_retention(home, datetime.now(UTC) + timedelta(days=91))["refused"] == 1
        and not refused.exists()
    )


def test_past_versions_of_the_lake_go_after_their_time(home, monkeypatch, tmp_path):
    more = deliver(
        tmp_path / "more", lab_result=[{"patient_id": "ann", **LOW, "collected_at": "2026-01-11"}]
    )
    assert b12(home.root, "ingest", more, "--source", "canonical").code == 0
    assert b12(home.root, "compact").out.startswith("Lake files merged: ")
    files = set((home.lake / "lab_result").glob("*.parquet"))
    assert len(files) == 3, "two that were merged, and the one they became"
    was = datetime.now(UTC).timestamp() - 3 * 86400
    for path in files:
        os.utime(path, (was, was))
    assert apply_retention(home)["lake_files"] == 0
    monkeypatch.setenv("B12_KEEP_LAKE_VERSIONS_DAYS", "1")
    for log in (home.lake / "lab_result" / "_delta_log").glob("*.json"):
        log.write_text(_days_ago(log.read_text(), 3))
    for checkpoint in (home.lake / "lab_result" / "_delta_log").glob("*checkpoint*"):
        checkpoint.unlink()
    assert apply_retention(home)["lake_files"] >= 2
    assert b12(home.root, "screen", "--as-of", AS_OF).code == 0


def _days_ago(log, days):
    import re

    return re.sub(
        r'("(?:deletionTimestamp|timestamp|modificationTime)":)(\d{13})',
        lambda found: f"{found[1]}{int(found[2]) - days * 86_400_000}",
        log,
    )


@pytest.mark.parametrize("given", ["0", "-1", "soon", "1.5", "99999", "²"])
def test_a_setting_that_is_not_a_number_of_days_removes_nothing(home, monkeypatch, given):
    monkeypatch.setenv("B12_KEEP_RUNS_DAYS", given)
    with pytest.raises(UsageError, match="B12_KEEP_RUNS_DAYS"):
        apply_retention(home, LATER)
    assert len(run_ids(home)) == 3
    assert b12(home.root, "compact").code == 2
