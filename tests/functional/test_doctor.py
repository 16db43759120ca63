"""The doctor says what is wrong with a damaged installation, and what to do."""

import errno
import json
import os
import shutil
from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.cli.main import main
from pipeline.operations.doctor import settings, state, system
from tests.command import AS_OF, b12, deliver, run
from tests.homes import LOW

PATIENT = "PAT-7731"


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    for name in [name for name in os.environ if name.startswith(("B12_", "AIRFLOW__"))]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def screened(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    home.chmod(0o700)
    run(
        home,
        deliver(
            tmp_path_factory.mktemp("in"),
            lab_result=[{"patient_id": PATIENT, **LOW}, {"patient_id": "PAT-2", **LOW}],
        ),
    )
    return home


@pytest.fixture
def home(screened, tmp_path):
    return shutil.copytree(screened, tmp_path / "home", symlinks=True)


def says(home, *arguments):
    "The findings that are not ok, as `state what todo`"
    answer = b12(home, "doctor", "--format", "json", *arguments)
    assert answer.code == (13 if any(one["state"] == "wrong" for one in answer.json) else 0)
    assert PATIENT not in answer.out
    return [
        f"{one['state']} {one['what']}: {one['todo']}"
        for one in answer.json
        if one["state"] != "ok"
    ]


def test_a_sound_installation(home, monkeypatch):
    assert [one.split(":")[0] for one in says(home)] == [
        "look No alerts are set up for a late worklist or delivery", "look No notifications are set up for failed runs",
        "look Patients' pages have no link to the health record", "look The protocol praxis-2026 2.0.0 is not signed",
    ]  # fmt: skip
    (home / "deadlines.yaml").write_text('worklist_by: "06:00"\n')
    monkeypatch.setenv("B12_NOTIFY_WEBHOOK", "https://example.org/hook")
    monkeypatch.setenv("B12_PATIENT_URL", "https://record.example/p/{patient_id}")
    assert b12(home, "protocol", "sign", "--name", "Ada", "--yes").code == 0
    assert says(home, "--deep") == []
    assert not (home / "erasure-key").exists(), "it makes nothing"
    text = b12(home, "doctor").out
    assert "ok     The lake is complete: 6 tables." in text and text.endswith(
        " ok, 0 to look at, 0 wrong.\n"
    )


def test_a_home_that_is_not_there_yet_is_not_made(tmp_path):
    answer = b12(tmp_path / "none", "doctor")
    assert (
        answer.code == 0 and "does not exist yet" in answer.out and not (tmp_path / "none").exists()
    )


def lake_file(home):
    next((home / "lake" / "lab_result").glob("*.parquet")).unlink()


def lake_log(home):
    next((home / "lake" / "lab_result" / "_delta_log").glob("*.json")).write_text("damaged")


def latest_gone(home):
    shutil.rmtree((home / "runs" / "latest").resolve())


def latest_cut(home):
    path = home / "runs" / "latest" / "assessment.parquet"
    path.write_bytes(path.read_bytes()[:100])


def later_run(home):
    path = home / "runs" / "latest" / "manifest.json"
    path.write_text(
        json.dumps(
            json.loads(path.read_text())
            | {"started": (datetime.now(UTC) + timedelta(days=2)).isoformat()}
        )
    )


def held_run(home):
    shutil.copytree((home / "runs" / "latest").resolve(), home / "runs" / ".held-x")


def manifest_damaged(home):
    (home / "runs" / "latest" / "manifest.json").write_text("{")


def open_modes(home):
    (home / "runs" / "latest" / "worklist.csv").chmod(0o644)


def newer_store(home):
    import sqlite3

    con = sqlite3.connect(home / "worklist.db")
    con.execute("update alembic_version set version_num = '9999'")
    con.commit()
    con.close()


def no_store(home):
    for path in home.glob("worklist.db*"):
        path.unlink()


def stuck(home):
    (home / "landing" / "canonical").mkdir(parents=True, exist_ok=True)
    (home / "landing" / "canonical" / "x.csv").write_text("x")


def claimed(home):
    (home / "claimed" / "canonical" / ("0" * 64)).mkdir(parents=True)
    (home / "claimed" / "canonical" / ("0" * 64) / "x.csv").write_text("x")


def left_over(home):
    (home / "work" / "screen-1-x").mkdir(parents=True)


def archive_gone(home):
    next((home / "archive").rglob("*.csv")).unlink()


def archive_changed(home):
    with next((home / "archive").rglob("*.csv")).open("a") as file:
        file.write("x")


def bad_profile(home):
    (home / "sources").mkdir(exist_ok=True)
    (home / "sources" / "mine.yaml").write_text("profile: other\n")


def bad_own_profile(home):
    "Where an ingest puts a site's own"
    (home / "sources" / "own").mkdir(parents=True)
    (home / "sources" / "own" / "own.yaml").write_text("profile: own\nextends: nothing\n")


def empty_key(home):
    (home / "erasure-key").touch(0o600)


def binary_key(home):
    (home / "erasure-key").touch(0o600)
    (home / "erasure-key").write_bytes(b"\xff" * 64)


def bad_deadlines(home):
    (home / "deadlines.yaml").write_text("worklist_by: 10:00\n")


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (lake_file, "wrong Lake files are missing: lab_result 1"), (lake_log, "wrong The lake: The lake table lab_result"),
        (latest_gone, "wrong runs/latest names a run that does not exist"), (latest_cut, "wrong The latest run is incomplete: assessment.parquet"),
        (manifest_damaged, "wrong The runs: "), (later_run, "wrong A run started at"), (held_run, "look 1 run waits for a steward"), (open_modes, "wrong 1 file or folder of the home is"),
        (newer_store, "wrong The worklist database: The worklist database was made by a newer version"), (no_store, "look There is no worklist database"),
        (claimed, "look 1 file is claimed"), (left_over, "look 1 folder in work/ belongs"), (archive_gone, "wrong 1 delivered file is not in the archive"),
        (bad_profile, "wrong The profile mine:"), (bad_own_profile, "wrong The profile own:"), (empty_key, "wrong The erasure key: "), (binary_key, "wrong The erasure key: "), (bad_deadlines, "wrong The deadlines:"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)  # fmt: skip
def test_what_somebody_damaged_is_named_with_what_to_do(home, damage, found):
    damage(home)
    [told] = [one for one in says(home) if one.startswith(found)]
    assert not told.endswith(": ")


def test_a_file_that_lies_there_for_over_a_day(home, monkeypatch):
    stuck(home)
    monkeypatch.setattr(state.time, "time", lambda: datetime.now(UTC).timestamp() + 2 * 86400)
    assert any("1 file has been waiting in landing/" in one for one in says(home))


def test_received_messages_that_nobody_lands(home, monkeypatch):
    (home / "spool" / "hl7v2").mkdir(parents=True, mode=0o700)
    (home / "spool" / "hl7v2" / "received-a.hl7").write_text("x")
    assert not any("spool" in one for one in says(home))
    monkeypatch.setattr(state.time, "time", lambda: datetime.now(UTC).timestamp() + 2 * 3600)
    assert any("over an hour: hl7v2: Start b12 receive --source hl7v2" in one for one in says(home))


@pytest.mark.parametrize(
    ("room", "found"), [("landing", "wrong Waiting files: "), ("claimed", "wrong Claimed files: ")]
)
def test_a_room_that_cannot_be_read_is_a_finding_among_the_others(home, monkeypatch, room, found):
    def unreadable(folder, unread=None):
        if folder == home / room:
            raise PermissionError(errno.EACCES, "Permission denied", str(folder))
        return ()

    (home / room).mkdir(exist_ok=True)
    monkeypatch.setattr(state, "list_files", unreadable)
    assert [one for one in says(home) if one.startswith("wrong")] == [
        f"{found}{home / room}: Permission denied: Check that the path exists, its permissions and the disk."
    ]


def test_what_a_killed_erasing_left_is_not_taken_for_the_archived_file(home):
    path = next((home / "archive").rglob("*.csv"))
    path.rename(path.with_suffix(".part"))
    assert any(one.startswith("wrong 1 delivered file is not in the archive") for one in says(home))


def test_an_archived_file_that_changed_is_seen_when_it_is_read(home):
    archive_changed(home)
    assert not any("as delivered" in one for one in says(home))
    assert any(
        one.startswith("wrong 1 archived file is neither as delivered nor as an erasure left them")
        for one in says(home, "--deep")
    )


def test_an_archived_file_may_differ_where_a_patient_was_erased(home):
    assert b12(home, "erase", PATIENT, "--yes").code == 0
    assert not any("incomplete" in one for one in says(home))
    said = "of them without the patients erased since"
    assert said in b12(home, "doctor", "--deep").out
    assert b12(home, "screen", "--as-of", AS_OF).code == 0


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("B12_SECRET", "short", "wrong $B12_SECRET is shorter"), ("B12_TIMEZONE", "Middle/Earth", "wrong The time zone:"),
        ("B12_NOTIFY_SMTP", "smtp://localhost", "wrong $B12_NOTIFY_SMTP is set, but not B12_NOTIFY_FROM and B12_NOTIFY_TO"),
        ("B12_KEEP_RUNS_DAYS", "soon", "wrong Invalid settings: $B12_KEEP_RUNS_DAYS:"), ("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor", "wrong Airflow runs with CeleryExecutor, but these are not set"),
        ("B12_DATABASE_URL", "postgresql+psycopg://b12:s3cret@127.0.0.1:9/none", "wrong The worklist database: The worklist database postgresql"),
    ],
)  # fmt: skip
def test_what_was_set_wrongly(home, monkeypatch, name, value, found):
    monkeypatch.setenv(name, value)
    told = says(home)
    assert any(one.startswith(found) for one in told), told
    assert "s3cret" not in str(told)


@pytest.mark.parametrize(
    ("free", "found"), [(10**8, "wrong 0.1 GB of"), (2 * 10**9, "look 2.0 GB of")]
)
def test_a_disk_that_fills_up(home, monkeypatch, free, found):
    monkeypatch.setattr(
        system.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**11, 10**11 - free, free)
    )
    assert any(one.startswith(found) for one in says(home))


@pytest.mark.parametrize(("version", "found"), [(None, "wrong "), ("0.0.1", "look ")])
def test_packages_that_are_not_the_pinned_ones(home, monkeypatch, version, found):
    monkeypatch.setattr(system, "_version", lambda name: version)
    assert any(one.startswith(found) and "packages" in one for one in says(home))


def test_a_protocol_whose_review_is_overdue(home, monkeypatch):
    monkeypatch.setattr(settings, "today", lambda: date(2100, 1, 1))
    assert any(one.startswith("look The review of the protocol pack") for one in says(home))


SECRETS = {
    "B12_NOTIFY_SMTP_PASSWORD": "hush-1", "B12_NOTIFY_WEBHOOK": "https://example.org/hush-2", "B12_NOTIFY_SECRET": "hush-3",
    "B12_SECRET": "hush-4" * 8, "B12_ERASURE_KEY": "hush-5" * 8, "B12_DATABASE_URL": "postgresql+psycopg://b12:hush-6@db/b12",
}  # fmt: skip


def test_settings_are_listed_without_secrets_also_while_one_of_them_cannot_be_used(
    home, monkeypatch
):
    for name, value in {**SECRETS, "B12_KEEP_RUNS_DAYS": "soon"}.items():
        monkeypatch.setenv(name, value)
    answer = b12(home, "doctor", "--settings", "--format", "json")
    shown = {row["setting"]: row["value"] for row in answer.json}
    assert (
        answer.code == 0
        and shown["B12_KEEP_RUNS_DAYS"] == "soon"
        and shown["B12_FILE_COLUMNS"] == "1000"
    )
    assert (
        "hush" not in answer.out
        and shown["B12_DATABASE_URL"] == "postgresql+psycopg://b12:***@db/b12"
    )


@pytest.mark.parametrize(("name", "value"), [
    ("B12_KEEP_RUNS_DAYS", "0"), ("B12_ANSWER_HOURS", "-1"), ("B12_HOLD_WARNED", "perhaps"), ("B12_SETTLE_SECONDS", "nan s"),
])  # fmt: skip
@pytest.mark.parametrize("command", ["screen", "compact"])
def test_a_setting_that_cannot_be_used_is_named_without_its_value(
    home, monkeypatch, capsys, command, name, value
):
    monkeypatch.setenv("B12_HOME", str(home))
    monkeypatch.setenv(name, value)
    assert main([command]) == 2
    said = capsys.readouterr().err
    assert name in said and value not in said.replace(name, "")
