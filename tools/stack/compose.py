"""Reads docker-compose.yml: the parts of the compose specification that it uses, and no others."""

import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import yaml

FILE = Path(__file__).resolve().parents[2] / "docker-compose.yml"
VARIABLE = re.compile(r"\$(?:\$|\{(\w+)(?::([-?])([^}]*))?\})")
SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class Health:
    """The health check of a service; times in seconds."""

    command: list
    interval: float
    start_interval: float
    timeout: float
    retries: int


@dataclass(frozen=True)
class Service:
    """What a service runs, with what, and after which others; `of` is its name in the file, `name`
    that of one of its replicas."""

    name: str
    of: str
    command: list
    environment: dict
    depends_on: tuple
    health: Health | None
    is_restarted: bool
    stop_signal: str
    grace: float


def load():
    """The compose file as it stands, variables not yet filled in."""
    return yaml.safe_load(FILE.read_text())


def services():
    """What `up` starts, by name: every service of the file that belongs to no profile, or to one
    that $COMPOSE_PROFILES names, as for Docker."""
    chosen = {name.strip() for name in os.environ.get("COMPOSE_PROFILES", "").split(",")}
    return {
        name: described
        for name, described in load()["services"].items()
        if "profiles" not in described or chosen & set(described["profiles"])
    }


def filled(text, values):
    """A text with its `${NAME}`, `${NAME:-default}` and `${NAME:?message}` filled in. Raises
    KeyError: no value and no default."""

    def value(found):
        name, kind, rest = found.groups()
        if name is None:
            return "$"
        if given := values.get(name):
            return given
        if kind == "-":
            return rest
        raise KeyError(f"{name}: {rest or 'has no value'}")

    return VARIABLE.sub(value, str(text))


def handed_on(environment, values):
    """An environment whose names without a value are filled in from `values`, or left out where
    they have none there."""
    named = {name: f"${{{name}}}" for name in environment if values.get(name)}
    return {
        name: named.get(name) if value is None else value
        for name, value in environment.items()
        if value is not None or name in named
    }


def service(name, of, described, change):
    """A Service from its description in the file; `change` is applied to each text of command,
    environment and health check.

    A dependency with a health check is waited for until it is well, one that ends by itself until
    it is done.
    """
    health = described.get("healthcheck")
    return Service(
        name=name,
        of=of,
        command=[change(word) for word in _words(described["command"])],
        environment={key: change(value) for key, value in described["environment"].items()},
        depends_on=tuple(described.get("depends_on", ())),
        health=_health(health, change) if health else None,
        is_restarted=described["restart"] != "no",
        stop_signal=described.get("stop_signal", "SIGTERM"),
        grace=seconds(described.get("stop_grace_period", "10s")),
    )


def _words(command):
    return shlex.split(command) if isinstance(command, str) else command


def _health(described, change):
    kind, *words = described["test"]
    command = [change(word) for word in words]
    return Health(
        command=["sh", "-c", *command] if kind == "CMD-SHELL" else command,
        interval=seconds(described["interval"]),
        start_interval=seconds(described["start_interval"]),
        timeout=seconds(described["timeout"]),
        retries=described["retries"],
    )


def seconds(text):
    """A duration of the compose specification, such as `1m30s`, in seconds."""
    return sum(
        float(number) * SECONDS[unit] for number, unit in re.findall(r"([\d.]+)(ms|s|m|h)", text)
    )
