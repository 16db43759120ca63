"""Services that are small shell commands, kept by the same supervisor as the real ones."""

import asyncio
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from tools.stack import processes, running, state
from tools.stack.compose import Health, Service
from tools.stack.supervisor import Supervisor

ALWAYS = Health(["true"], interval=0.2, start_interval=0.05, timeout=5, retries=2)
SLEEP = "sleep 60"


def service(name, command=SLEEP, *, after=(), health=ALWAYS, is_restarted=True, grace=5):
    return Service(
        name=name, of=name, command=["sh", "-c", command], environment=dict(os.environ), depends_on=after, health=health,
        is_restarted=is_restarted, stop_signal="SIGTERM", grace=grace,
    )  # fmt: skip


def once(name, command, *, after=()):
    return service(name, command, after=after, health=None, is_restarted=False)


def asked(command, retries=2):
    return Health(
        ["sh", "-c", command], interval=0.1, start_interval=0.05, timeout=0.5, retries=retries
    )


@pytest.fixture
def folder(tmp_path):
    for name in ("logs", "run"):
        (tmp_path / name).mkdir()
    return tmp_path


def play(folder, services, scene):
    "Run the services as long as a scene lasts; returns what the state file says of them in the end"

    async def main():
        supervisor = Supervisor(folder, services)
        task = asyncio.create_task(supervisor.run())
        try:
            await scene(supervisor)
        finally:
            supervisor.is_stopping.set()
            await task

    with ThreadPoolExecutor(
        1
    ) as apart:  # a browser of another test may have left this thread a loop of its own
        apart.submit(asyncio.run, main()).result()
    return state.read(folder)[1]


async def until(is_so, seconds=10):
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come"
        await asyncio.sleep(0.02)


def status(supervisor, name):
    return supervisor.units[name].status


def log(folder, name):
    file = folder / "logs" / f"{name}.log"
    return file.read_text() if file.exists() else ""


def test_a_service_waits_until_what_it_depends_on_is_well_or_done(folder):
    note = f"date +%s%N >> {folder}"
    services = [
        service("web", f"{note}/web; {SLEEP}", after=("init",)),
        once("init", f"{note}/init; sleep 0.3; {note}/init", after=("db",)),
        service("db", f"{SLEEP}", health=asked(f"{note}/db; test $(wc -l < {folder}/db) -ge 3")),
    ]

    async def scene(supervisor):
        await until(lambda: status(supervisor, "web") == "healthy")
        assert status(supervisor, "init") == "done"

    play(folder, services, scene)
    asked_at, init_at, web_at = (
        [int(line) for line in (folder / name).read_text().split()]
        for name in ("db", "init", "web")
    )
    assert asked_at[2] < init_at[0] < init_at[1] < web_at[0]


def test_a_step_that_fails_holds_back_what_comes_after(folder):
    async def scene(supervisor):
        await until(lambda: status(supervisor, "init") == "failed")
        await asyncio.sleep(0.2)
        assert status(supervisor, "web") == "waiting"

    play(
        folder, [once("init", "echo no such role; exit 3"), service("web", after=("init",))], scene
    )
    assert log(folder, "init") == "no such role\n"
    assert log(folder, "web") == ""


def test_a_service_that_is_killed_is_started_again_without_what_it_left(folder):
    async def scene(supervisor):
        await until(
            lambda: status(supervisor, "web") == "healthy" and log(folder, "web").endswith("\n")
        )
        before, child = supervisor.units["web"].process, int(log(folder, "web"))
        assert psutil.pid_exists(child)
        os.kill(before[0], signal.SIGKILL)
        await until(
            lambda: (
                status(supervisor, "web") == "healthy" and supervisor.units["web"].process != before
            )
        )
        assert (
            not processes.is_running(processes.identity(child))
            or psutil.Process(child).status() == psutil.STATUS_ZOMBIE
        )

    units = play(folder, [service("web", f"{SLEEP} & echo $!; wait")], scene)
    assert units["web"].restarts == 1


def test_a_service_that_does_not_answer_is_unhealthy_until_it_does(folder):
    async def scene(supervisor):
        await until(lambda: status(supervisor, "web") == "healthy")
        (folder / "ill").touch()
        await until(lambda: status(supervisor, "web") == "unhealthy")
        (folder / "ill").unlink()
        await until(lambda: status(supervisor, "web") == "healthy")

    units = play(
        folder, [service("web", health=asked(f"test ! -e {folder}/ill || sleep 5"))], scene
    )
    assert units["web"].restarts == 0


def test_what_was_stopped_stays_away_until_it_is_started(folder):
    async def scene(supervisor):
        await until(lambda: status(supervisor, "web") == "healthy")
        before = supervisor.units["web"].process
        await asyncio.to_thread(running.stop, folder, "web")
        await asyncio.sleep(1.5)
        assert not processes.is_running(supervisor.units["web"].process)
        running.start(folder, "web")
        await until(
            lambda: (
                status(supervisor, "web") == "healthy" and supervisor.units["web"].process != before
            )
        )

    play(folder, [service("web")], scene)


def test_in_the_end_what_depends_ends_first_and_nothing_is_left(folder):
    trap = "trap '{2} date +%s%N > {0}/{1}; exit' TERM; while :; do sleep 0.05; done"
    slow = service("web", trap.format(folder, "web", "sleep 0.5;"), after=("db",))
    services = [service("db", trap.format(folder, "db", "")), slow]

    async def scene(supervisor):
        await until(lambda: status(supervisor, "web") == "healthy")
        await asyncio.sleep(0.2)

    units = play(folder, services, scene)
    assert int((folder / "web").read_text()) < int((folder / "db").read_text())
    assert {unit.status for unit in units.values()} == {"stopped"}
    assert not any(processes.is_running(unit.process) for unit in units.values())


def test_what_does_not_end_in_time_is_killed(folder):
    async def scene(supervisor):
        await until(lambda: log(folder, "web") == "deaf\n")

    began = time.monotonic()
    units = play(
        folder,
        [service("web", "trap '' TERM; echo deaf; while :; do sleep 0.05; done", grace=0.5)],
        scene,
    )
    assert not processes.is_running(units["web"].process)
    assert time.monotonic() - began < 5


def test_a_process_with_the_number_of_another_is_left_alone(folder):
    stranger = psutil.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True
    )
    try:
        pid, started = processes.identity(stranger.pid)
        earlier = [pid, started - 100]
        assert not processes.is_running(earlier)
        state.write(folder, earlier, {"web": state.Unit("healthy", process=earlier)})
        assert running.down(folder) == 0
        assert stranger.is_running()
        assert stranger.status() != psutil.STATUS_ZOMBIE
        processes.end([pid, started], seconds=5)
        assert not processes.is_running([pid, started])
    finally:
        stranger.kill()
        stranger.wait()


def test_a_process_that_goes_while_it_is_looked_at_has_ended(monkeypatch):
    gone = psutil.Popen(["true"], start_new_session=True)
    identified = processes.identity(gone.pid)
    gone.wait()
    monkeypatch.setattr(psutil, "pid_exists", lambda pid: True)  # what was so one moment ago
    assert not processes.is_running(identified)
    processes.end(identified, seconds=1)


def test_down_ends_what_a_killed_supervisor_left(folder):
    orphan = psutil.Popen(["sh", "-c", f"{SLEEP} & {SLEEP}"], start_new_session=True)
    state.write(
        folder,
        [orphan.pid, 1.0],
        {"web": state.Unit("healthy", process=processes.identity(orphan.pid))},
    )
    assert running.status(folder) == 1
    running.down(folder)
    orphan.wait()
    assert processes.members(orphan.pid) == []


def test_down_where_nothing_was_started(folder, capsys):
    assert running.down(folder) == 0
    assert "The stack is not running." in capsys.readouterr().out
