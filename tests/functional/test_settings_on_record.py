"""Who changed a setting, a gate, a profile or a map between two nights: it is on record, from what to what, and no secret with it."""

import json
import os
import shutil
from contextlib import closing

import pytest

from pipeline import run as walk
from pipeline import worklist
from pipeline.core import account
from pipeline.core.config import Home
from pipeline.operations import record_settings
from pipeline.operations.in_force import LONGEST_RECORD, RECORDED
from tests.command import AS_OF, b12, deliver
from tests.homes import LOW

PROFILE = "profile: north\nextends: canonical\n"


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    for name in [name for name in os.environ if name.startswith("B12_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def screened(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("home"))
    folder = deliver(tmp_path_factory.mktemp("in"), lab_result=[{"patient_id": "ann", **LOW}])
    assert b12(home.root, "run", folder, "--source", "canonical", "--as-of", AS_OF).code == 0
    return home


@pytest.fixture
def home(screened, tmp_path):
    return Home(shutil.copytree(screened.root, tmp_path / "home", symlinks=True))


def records(home):
    "Oldest first"
    with closing(worklist.open_store(home)) as store:
        found = worklist.accesses(store, worklist.Asked(what="settings"), limit=None)
    return [(row["who"], row["origin"], row["rows"], row["detail"]) for row in reversed(found)]


def screen(home, **options):
    walk.screen_population(home, AS_OF, **options)
    return records(home)


def test_the_first_night_says_with_what_it_was_judged_and_the_next_ones_nothing(home):
    [(who, origin, _, detail)] = records(home)
    assert (who, origin) == (account(), "command line")
    assert "protocol/ of the program: not set → " in detail
    assert len(screen(home)) == 1


def test_a_changed_setting_is_on_record_from_what_to_what(home, monkeypatch):
    monkeypatch.setenv("B12_KEEP_RUNS_DAYS", "400")
    screen(home)
    monkeypatch.setenv("B12_KEEP_RUNS_DAYS", "7")
    monkeypatch.setenv("B12_TIMEZONE", "Europe/Berlin")
    told = "B12_KEEP_RUNS_DAYS: 400 → 7; B12_TIMEZONE: not set → Europe/Berlin"
    assert screen(home)[-1] == (account(), "command line", 2, told)
    monkeypatch.delenv("B12_KEEP_RUNS_DAYS")
    assert screen(home)[-1][3] == "B12_KEEP_RUNS_DAYS: 7 → not set"


def test_which_pack_decides_is_on_record(home, monkeypatch):
    monkeypatch.setenv("B12_PROTOCOL", "nice-ng239")
    assert screen(home)[-1][3] == "B12_PROTOCOL: not set → nice-ng239"


def test_of_a_secret_it_is_on_record_that_it_was_set_and_nothing_of_it_is_kept(home, monkeypatch):
    words = ("tokentokentoken", "passpasspass", "wordwordword", "querytoken")
    monkeypatch.setenv("B12_NOTIFY_WEBHOOK", f"https://hooks.example/{words[0]}")
    monkeypatch.setenv("B12_LANDING_URL", f"s3://key:{words[1]}@store/in?signature={words[3]}")
    monkeypatch.setenv("B12_QUEUE", f"redis://:{words[2]}@host:6379/0?token={words[3]}")
    detail = screen(home)[-1][3]
    assert "B12_NOTIFY_WEBHOOK: not set → set" in detail
    assert "B12_LANDING_URL: not set → s3://key:***@store/in?***" in detail
    assert "B12_QUEUE: not set → redis://:***@host:6379/0?***" in detail
    kept = [path.read_bytes() for path in home.root.rglob("*") if path.is_file()]
    assert not any(word.encode() in content for word in words for content in kept)


def test_changed_gates_deadlines_profiles_and_maps_are_on_record_by_their_hashes(home, tmp_path):
    (home.root / "expectations.yaml").write_text("[]\n")
    (home.root / "deadlines.yaml").write_text("waiting_hours: 2\n")
    own = tmp_path / "north.yaml"
    own.write_text(PROFILE)
    more = deliver(tmp_path / "more", patient=[{"patient_id": "dan"}])
    assert b12(home.root, "ingest", more, "--source", own).code == 0
    _, _, number, detail = records(home)[-1]
    assert number == 3 and "sources/north/north.yaml: not set → " in detail
    assert "deadlines.yaml: not set → " in detail and "expectations.yaml: not set → " in detail
    (home.root / "deadlines.yaml").write_text("waiting_hours: 3\n")
    (home.sources / "north" / "north.yaml").unlink()
    _, _, number, detail = screen(home)[-1]
    assert number == 2 and detail.endswith("→ not set")
    assert "waiting" not in detail


def test_each_surrounding_has_settings_of_its_own_and_one_set_of_files(home, monkeypatch):
    monkeypatch.setenv("B12_MEMORY", "2GB")
    assert screen(home, asked_by="scheduled__1")[-1][1:] == (
        "airflow", 1, "B12_MEMORY: not set → 2GB"
    )  # fmt: skip
    monkeypatch.delenv("B12_MEMORY")
    before = len(records(home))
    assert len(screen(home)) == before, "the command line never had it"
    record_settings(home, origin="pages")
    assert len(records(home)) == before, "the files are known, and no setting is set"


def test_a_record_is_bounded_and_on_one_line(home, monkeypatch):
    for number in range(300):
        path = home.sources / "many" / f"map-{number}-{'x' * 100}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    monkeypatch.setenv("B12_STEWARDS", "ann\n\x1b[2Jsue" + "y" * 10_000)
    _, _, number, detail = screen(home)[-1]
    assert number == 301 and len(detail) < LONGEST_RECORD + 300
    assert detail.isprintable() and " more" in detail[-20:]


def test_what_is_no_file_is_not_waited_for(home):
    home.sources.mkdir(exist_ok=True)
    os.mkfifo(home.sources / "pipe.yaml")
    before = len(records(home))
    assert len(screen(home)) == before


def test_a_record_that_cannot_be_read_counts_as_changed(home):
    (home.root / RECORDED).write_text("{")
    assert len(screen(home)) == 2
    assert json.loads((home.root / RECORDED).read_text())["files"]


def test_an_ingest_needs_no_worklist_database(home, tmp_path, monkeypatch):
    monkeypatch.setenv("B12_DATABASE_URL", "postgresql+psycopg://b12@127.0.0.1:1/b12")
    more = deliver(tmp_path / "more", patient=[{"patient_id": "dan"}])
    assert b12(home.root, "ingest", more, "--source", "canonical").code == 0
