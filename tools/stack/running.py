"""Starts, stops and shows the status of a stack."""

import subprocess
import sys
import time

from tools.stack import keys, processes, state

GOOD = ("healthy", "done")
PATIENCE = 300  # seconds until everything must be healthy
GRACE = 240  # seconds for the services to end; the longest of them may take 120 for a task


def up(folder, scale):
    """Start what does not run yet and wait until everything is healthy; returns an exit code."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys.write(folder / ".env")
    supervisor, _ = state.read(folder)
    if not processes.is_running(supervisor):
        _sweep(folder)
        supervisor = _started(folder, scale)
    if failed := _awaited(folder, supervisor):
        print(
            f"{failed} did not become healthy. The end of"
            f" {folder / 'logs' / failed}.log:\n{_tail(folder, failed)}",
            file=sys.stderr,
        )
        down(folder)
        return 1
    print(_told(folder))
    return 0


def _started(folder, scale):
    (folder / "logs").mkdir(exist_ok=True, mode=0o700)
    (folder / "state.json").unlink(missing_ok=True)
    for file in (folder / "run").glob("*.held"):
        file.unlink()
    command = [
        sys.executable,
        "-m",
        "tools.stack",
        "--folder",
        folder,
        "supervise",
        *(f"{name}={n}" for name, n in scale.items()),
    ]
    with (folder / "logs" / "supervisor.log").open("ab") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    return processes.identity(process.pid)


def _awaited(folder, supervisor):
    "Says each service as it becomes healthy; returns the name of one that did not, or None"
    told, deadline = set(), time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if not processes.is_running(supervisor):
            return "supervisor"
        _, units = state.read(folder)
        for name, unit in units.items():
            if unit.status == "failed":
                return name
            if unit.status in GOOD and name not in told:
                told.add(name)
                print(f"  {name:<14} {unit.status} after {unit.seconds:.1f} s", flush=True)
        if units and len(told) == len(units):
            return None
        time.sleep(0.2)
    return next(
        (
            name
            for name, unit in units.items()
            if unit.status not in GOOD and unit.status != "waiting"
        ),
        "supervisor",
    )


def _tail(folder, name):
    return "\n".join(
        (folder / "logs" / f"{name}.log").read_text(errors="replace").splitlines()[-20:]
    )


def _told(folder):
    from tools.stack import local, postgres

    ports = local.chosen_ports(folder, {})
    place = postgres.room(folder)
    besides = (
        ""
        if place.parent == folder
        else (
            f"PostgreSQL: {place}/   (its account cannot enter {postgres.closed(folder.parent)})\n"
        )
    )
    return f"""
Airflow:    http://localhost:{ports["api-server"]["8080"]}   user admin, password
            AIRFLOW_ADMIN_PASSWORD in {folder / ".env"}
Worklist:   http://localhost:{ports["web"]["8090"]}   user admin, password
            B12_ADMIN_PASSWORD in the same file
Drop files: {folder / "home" / "landing" / "canonical"}/
            (write elsewhere on the same disk, then rename into it)
Logs:       {folder / "logs"}/
{besides}End it:     make down"""


def down(folder):
    """End every process of the stack, even if its supervisor was killed; returns an exit code."""
    supervisor, units = state.read(folder)
    if processes.is_running(supervisor):
        processes.end(supervisor, seconds=GRACE)
    _sweep(folder)
    print(f"Stopped: {', '.join(units)}." if units else "The stack is not running.")
    return 0


def stop(folder, name):
    """End one service, which stays away until `start`."""
    state.hold(folder, name).touch()
    _, units = state.read(folder)
    processes.end(units[name].process, seconds=GRACE)


def start(folder, name):
    """Let a service that was stopped come back."""
    state.hold(folder, name).unlink(missing_ok=True)


def _sweep(folder):
    "What a supervisor left that was killed: in the reverse order of their starts, databases last"
    _, units = state.read(folder)
    for unit in sorted(
        units.values(), key=lambda unit: unit.process[1] if unit.process else 0, reverse=True
    ):
        if unit.process:
            processes.end(unit.process, seconds=10)


def status(folder):
    """A line for each service; exit code 0 if all are healthy."""
    supervisor, units = state.read(folder)
    for name, unit in units.items():
        runs = processes.is_running(unit.process)
        print(
            f"  {name:<14}"
            f" {unit.status if runs or unit.status in ('done', 'failed') else 'not running':<12}"
            f" restarts {unit.restarts}"
        )
    if units and not processes.is_running(supervisor):
        print(
            "The supervisor is not running, so services are not restarted. Type: make down, then"
            " make up."
        )
    return (
        0
        if processes.is_running(supervisor) and all(unit.status in GOOD for unit in units.values())
        else 1
    )
