"""The stack as `make up` starts it: files are dropped, a worklist is published, and in the end nothing is left running."""

import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import Request, urlopen

import psutil
import pytest

from tools.chaos import live
from tools.chaos import stack as stacks
from tools.stack import keys, processes, state

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stack")]


@pytest.fixture(scope="module")
def folder():
    "Not pytest's own: whenever a suite starts, it takes that from others, and PostgreSQL of root is run by another"
    with tempfile.TemporaryDirectory(prefix="b12-live-") as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def stack(folder):
    with stacks.started(folder / "stack", "--scale", "worker=2") as stack:
        yield stack
        running = all_of(stack.folder)
        assert len(running) > 12
    left = [psutil.Process(pid).cmdline() for pid, start in running if processes.is_running([pid, start])]
    assert left == []


def all_of(folder):
    "Every process of a stack, with those that began a session of their own"
    leaders = [unit.process for unit in state.read(folder)[1].values() if processes.is_running(unit.process)]
    found = {pid for pid, _ in leaders} | {pid for leader, _ in leaders for pid in processes.members(leader)}
    found |= {child.pid for leader, _ in leaders for child in psutil.Process(leader).children(recursive=True)}
    return [processes.identity(pid) for pid in found]


@pytest.fixture(scope="module")
def trial(stack, folder):
    files = stacks.pieces(folder / "files", patients=2000, files=8, as_of=datetime.now(UTC).date())
    return live.Trial(stack, files, folder)


def get(stack, service, path, **headers):
    port = next(iter(json.loads((stack.folder / "ports.json").read_text())[service].values()))
    with urlopen(Request(f"http://127.0.0.1:{port}{path}", headers=headers), timeout=20) as answer:
        return answer.url, json.load(answer) if "json" in answer.headers["content-type"] else answer.read().decode()


def token(stack, password):
    port = next(iter(json.loads((stack.folder / "ports.json").read_text())["api-server"].values()))
    body = json.dumps({"username": "admin", "password": password}).encode()
    request = Request(f"http://127.0.0.1:{port}/auth/token", body, {"content-type": "application/json"})
    with urlopen(request, timeout=20) as answer:
        return json.load(answer)["access_token"]


def test_every_service_is_well(stack):
    supervisor, units = state.read(stack.folder)
    assert processes.is_running(supervisor)
    assert {name: unit.status for name, unit in units.items()} == {name: "done" if name == "init" else "healthy" for name in units}
    assert {"worker", "worker-2", "web", "triggerer"} < set(units)


def test_the_folder_for_deliveries_is_there_and_its_owners_alone(stack):
    assert (stack.home / "landing" / "canonical").stat().st_mode & 0o777 == 0o700


def test_airflow_says_that_all_its_parts_are_healthy(stack):
    _, health = get(stack, "api-server", "/api/v2/monitor/health")
    assert {part["status"] for part in health.values()} == {"healthy"}


def test_the_first_administrator_logs_in_to_airflow_with_the_password_written_down(stack):
    password = keys.read(stack.folder / ".env")["AIRFLOW_ADMIN_PASSWORD"]
    _, dags = get(stack, "api-server", "/api/v2/dags", authorization=f"Bearer {token(stack, password)}")
    assert {"ingest_extract", "screen_population", "maintain_lake"} <= {dag["dag_id"] for dag in dags["dags"] if not dag["is_paused"]}


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
    said += "".join(path.read_text(errors="replace") for path in (stack.folder / "airflow-logs").rglob("*.log"))
    assert not any(secret in said for secret in secrets)
    commands = [" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])]
    assert not any(secret in command for secret in secrets for command in commands)


def test_services_go_on_when_their_supervisor_is_killed(stack):
    "And are ended all the same: the fixture looks"
    supervisor, units = state.read(stack.folder)
    processes.send(supervisor[0], 9)
    assert stacks.until(lambda: not processes.is_running(supervisor), 10)
    assert processes.is_running(units["postgres"].process)
    assert (
        "the supervisor is gone"
        in subprocess.run(
            [sys.executable, "-m", "tools.stack", "--folder", stack.folder, "status"],
            cwd=stacks.ROOT,
            capture_output=True,
            text=True,
            check=False,
        ).stdout
    )
