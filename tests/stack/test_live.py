"""The stack as `make up` starts it: files are dropped, a worklist is published, and in the end nothing is left running."""

import base64
import json
import re
import shlex
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from urllib.error import HTTPError

import psutil
import psycopg
import pytest
import redis

from tests.stack import buckets, marked, traces
from tests.stack.asking import as_admin, as_user, get, publish_what_waits, send
from tools.chaos import live
from tools.chaos import stack as stacks
from tools.stack import keys, processes, state

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder():
    "Not pytest's own: whenever a suite starts, it takes that from others, and PostgreSQL of root is run by another"
    with tempfile.TemporaryDirectory(prefix="b12-live-") as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def heard(folder):
    "What the stack counts and tells, as long as it runs"
    with traces.heard(folder / "stack") as (environment, packets, messages):
        yield SimpleNamespace(
            environment=environment, packets=packets, messages=messages, since=time.time()
        )


@pytest.fixture(scope="module")
def stack(folder, heard):
    "The population of most tests is one bucket; the buckets of a larger are tasks of the two workers"
    settings = {"B12_SCREEN_QUEUE": "default", "B12_BUCKET_PATIENTS": "2500"}
    with stacks.started(
        folder / "stack", "--scale", "worker=2", settings=heard.environment | settings
    ) as stack:
        yield stack
        running = all_of(stack.folder)
        assert len(running) > 12
    left = [
        psutil.Process(pid).cmdline()
        for pid, start in running
        if processes.is_running([pid, start])
    ]
    assert left == []


def all_of(folder):
    "Every process of a stack, with those that began a session of their own"
    leaders = [
        unit.process
        for unit in state.read(folder)[1].values()
        if processes.is_running(unit.process)
    ]
    found = {pid for pid, _ in leaders} | {
        pid for leader, _ in leaders for pid in processes.members(leader)
    }
    found |= {
        child.pid
        for leader, _ in leaders
        for child in psutil.Process(leader).children(recursive=True)
    }
    return [processes.identity(pid) for pid in found]


@pytest.fixture(scope="module")
def trial(stack, folder):
    files = stacks.pieces(folder / "files", patients=2000, files=8, as_of=datetime.now(UTC).date())
    return live.Trial(stack, files, folder)


def test_every_service_is_well(stack):
    supervisor, units = state.read(stack.folder)
    assert processes.is_running(supervisor)
    assert {name: unit.status for name, unit in units.items()} == {
        name: "done" if name == "init" else "healthy" for name in units
    }
    assert {"worker", "worker-2", "web", "triggerer"} < set(units)


def test_the_folder_for_deliveries_is_there_and_its_owners_alone(stack):
    assert (stack.home / "landing" / "canonical").stat().st_mode & 0o777 == 0o700


def test_airflow_says_that_all_its_parts_are_healthy(stack):
    _, health = get(stack, "api-server", "/api/v2/monitor/health")
    assert {part["status"] for part in health.values()} == {"healthy"}


def test_the_first_administrator_logs_in_to_airflow_with_the_password_written_down(stack):
    _, dags = get(stack, "api-server", "/api/v2/dags", **as_admin(stack))
    assert {"ingest_extract", "screen_population", "maintain_lake"} <= {
        dag["dag_id"] for dag in dags["dags"] if not dag["is_paused"]
    }


def test_the_pages_ask_for_a_login(stack):
    url, page = get(stack, "web", "/worklist")
    assert "/login" in url
    assert "password" in page


def test_a_dropped_file_is_on_the_worklist_of_an_undisturbed_run(trial):
    row = live.two_at_once(trial)
    assert row.is_sound, row
    manifest = json.loads((trial.stack.home / "runs" / "latest" / "manifest.json").read_text())
    worklist = (trial.stack.home / "runs" / "latest" / "worklist.csv").read_text().splitlines()
    assert manifest["rows"]["worklist"] == len(worklist) - 1 > 0


def test_a_worker_that_is_killed_loses_nothing(trial):
    before = state.read(trial.stack.folder)[1]["worker"].restarts
    row = live.killed(trial, "worker")
    assert row.is_sound, row
    assert state.read(trial.stack.folder)[1]["worker"].restarts == before + 1


@pytest.fixture(scope="module")
def lost(trial, folder):
    "A night of several buckets, among whose workers one was killed for good"
    return buckets.lost_worker(trial.stack, folder / "larger")


def test_a_bucket_whose_worker_is_gone_for_good_is_screened_by_another(lost):
    assert lost.states == ["success"] * lost.parts
    assert 0 < lost.in_hand <= len(lost.again) < lost.parts
    assert lost.manifest.state == "published"
    assert lost.was_away


def test_what_it_publishes_is_what_one_piece_publishes_and_nothing_is_doubled(lost, trial):
    alone = buckets.in_one_piece(lost)
    assert lost.worklist == alone.worklist
    assert lost.assessed == alone.assessed
    assert (lost.parts, alone.parts) == (lost.manifest.rows.files, 1)
    assert len({row["patient_id"] for row in lost.assessed}) == len(lost.assessed) > 5000
    assert lost.runs == 1
    assert lost.left == []
    assert stacks.until(trial.stack.is_well, 120), "the worker is back"


@pytest.fixture(scope="module")
def steward(stack):
    "The header of a user in the role that the runbook makes for stewards"
    commands = re.findall(
        r'^airflow (?:roles|users) .*"B12 steward".*$',
        (stacks.ROOT / "docs" / "runbook.md").read_text(),
        re.MULTILINE,
    )
    for command in commands:
        stack.call(
            "exec",
            "api-server",
            "--",
            *shlex.split(command),
            *(("--password", "for-a-test") if " users " in command else ()),
        )
    return as_user(stack, "sam", "for-a-test")


@pytest.fixture(scope="module")
def marked_night(trial, folder, steward):
    "After a delivery in which everything about a patient is marked: a gate warned, a steward published it, and read its pages"
    home = trial.stack.home
    before = approvals(home)
    for source in sorted(marked.write(folder / "marked").iterdir()):
        (home / "landing" / source.name).mkdir(exist_ok=True, mode=0o700)
        source.rename(home / "landing" / source.name / "night")
    assert stacks.until(lambda: not trial.stack.waits())
    assert stacks.until(
        lambda: publish_what_waits(trial.stack, steward) and approvals(home) != before
    )
    headers = as_admin(trial.stack)
    pages = (
        "/worklist",
        "/worklist?sort=patient_id",
        "/quality",
        "/quality/rejects",
        "/quality/unmapped",
        "/runs",
        "/audit",
    )
    return [get(trial.stack, "api-server", f"/b12{page}", **headers)[1] for page in pages]


def approvals(home):
    "What stewards decided of every run. The run with the approval need not be the latest: a killed worker's is tried again"
    manifests = [
        json.loads(path.read_text()) for path in sorted(home.glob("runs/2*/manifest.json"))
    ]
    return [manifest["approval"] for manifest in manifests if manifest.get("approval")]


def test_no_patient_is_in_anything_that_is_written_elsewhere_than_in_their_rooms(
    stack, heard, folder, marked_night
):
    marks = (*marked.MARKS, marked.DEMO)
    rooms = list(traces.files(stack.home, without=()))
    for room in ("archive/", "lake/", "refused/", "runs/"):
        assert traces.found(
            [(name, data) for name, data in rooms if name.startswith(room)], [marked.TAG]
        ), f"nothing marked came into {room}"
    assert marked.TAG in "".join(marked_night)
    of_display = [marked.CONTACT_TAG]
    assert traces.found([each for each in rooms if each[0].startswith("archive/")], of_display)
    assert not traces.found(
        [each for each in rooms if not each[0].startswith("archive/")], of_display
    )
    assert marked.CONTACT_TAG not in "".join(marked_night)
    assert (
        heard.packets
        and heard.messages
        and (stack.folder / "airflow-logs" / "lineage.json").exists()
    )
    assert traces.found(traces.everything(stack, heard.packets, heard.messages), marks) == []
    assert traces.found(traces.temporary(heard.since, without=[folder]), marked.OURS) == []
    recorded = traces.accesses(stack)
    assert b"rejects" in recorded and b"settings" in recorded
    assert traces.found([("the audit", recorded)], marks) == []


def test_a_steward_answered_and_who_and_why_are_kept(stack, steward, marked_night):
    approval = approvals(stack.home)[-1]
    assert (approval["is_approved"], approval["by"], approval["because"]) == (True, "sam", "a test")
    with pytest.raises(HTTPError, match="403"):
        send(stack, "/api/v2/dags/ingest_extract", {"is_paused": True}, "PATCH", **steward)


def test_a_mark_that_is_planted_is_found_wherever_it_is(stack, heard):
    mark, at = f"{marked.TAG}-planted", base64.b64encode(f"{marked.TAG}-planted".encode())
    places = [
        stack.folder / "logs" / "worker.log",
        stack.folder / "tmp" / "x",
        stack.folder / "airflow-logs" / mark,
        stack.home / "work" / "x",
    ]
    for place in places:
        with place.open("a") as file:
            file.write("" if mark in place.name else mark)
    with psycopg.connect(
        traces.plain(traces.asked(stack, "scheduler", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"))
    ) as con:
        con.execute("create table planted (number int, bytes bytea)")
        con.execute("insert into planted values (1, %s)", [mark.encode()])
    with redis.Redis.from_url(
        traces.asked(stack, "worker", "AIRFLOW__CELERY__BROKER_URL")
    ) as queue:
        queue.lpush("planted", json.dumps({"body": at.decode()}))
    found = traces.found(traces.everything(stack, [mark.encode()], [({}, mark.encode())]), [mark])
    names = {
        *(str(place.relative_to(stack.folder)) for place in places),
        "public.planted",
        "redis b'planted'",
        "packets",
        "messages",
    }
    assert names <= {line.split(": ")[0] for line in found}


def test_starting_what_runs_changes_nothing(stack):
    before = state.read(stack.folder)
    assert "Airflow:    http://localhost:" in stack.call("up")
    assert {name: unit.process for name, unit in state.read(stack.folder)[1].items()} == {
        name: unit.process for name, unit in before[1].items()
    }


def test_a_command_in_the_surroundings_of_a_service(stack):
    assert str(stack.home) in stack.call("exec", "worker", "--", "printenv", "B12_HOME")


def test_no_password_is_said_or_logged(stack):
    secrets = [value for name, value in keys.read(stack.folder / ".env").items()]
    said = stack.call("status") + stack.call("up")
    said += "".join(path.read_text(errors="replace") for path in (stack.folder / "logs").iterdir())
    said += "".join(
        path.read_text(errors="replace") for path in (stack.folder / "airflow-logs").rglob("*.log")
    )
    assert not any(secret in said for secret in secrets)
    commands = [
        " ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])
    ]
    assert not any(secret in command for secret in secrets for command in commands)


def test_services_go_on_when_their_supervisor_is_killed(stack):
    "And are ended all the same: the fixture looks"
    supervisor, units = state.read(stack.folder)
    processes.send(supervisor[0], 9)
    assert stacks.until(lambda: not processes.is_running(supervisor), 10)
    assert processes.is_running(units["postgres"].process)
    assert (
        "The supervisor is not running"
        in subprocess.run(
            [sys.executable, "-m", "tools.stack", "--folder", stack.folder, "status"],
            cwd=stacks.ROOT,
            capture_output=True,
            text=True,
            check=False,
        ).stdout
    )
