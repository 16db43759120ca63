"""Everything that a stack wrote outside the rooms where patients' data live: files, Airflow's database, Redis, what it sent."""

import base64
import os
import re
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psycopg
import redis
from psycopg import sql

from tests import serving_channels

ROOMS = (
    "home/lake",
    "home/archive",
    "home/refused",
    "home/claimed",
    "home/landing",
    "home/runs",
    "home/outcomes",
    "home/.arriving",
    "postgres",
)
ENCODED = re.compile(rb"[A-Za-z0-9+/]{16,}={0,2}")
TEXTS = {"string": "get", "list": "lrange", "hash": "hgetall", "set": "smembers", "zset": "zrange"}


@contextmanager
def heard(folder):
    """Settings by which a stack counts, notifies and tells its lineage to this process, as `(environment, packets, messages)`."""
    with (
        serving_channels.web_server() as (address, messages),
        serving_channels.metrics_server() as (port, packets),
    ):
        lineage = {
            "TYPE": "file",
            "APPEND": "true",
            "LOG_FILE_PATH": str(folder / "airflow-logs" / "lineage.json"),
        }
        environment = {f"OPENLINEAGE__TRANSPORT__{name}": value for name, value in lineage.items()}
        yield (
            environment | {"B12_NOTIFY_WEBHOOK": address, "B12_STATSD_HOST": f"127.0.0.1:{port}"},
            packets,
            messages,
        )


def accesses(stack):
    """What the audit of the pages says, but for whose patients were shown: who did what, from where, in which words."""
    with psycopg.connect(plain(asked(stack, "worker", "B12_DATABASE_URL"))) as con:
        rows = con.execute("select what, who, detail, origin from access").fetchall()
    return repr(rows).encode()


def found(places, marks):
    """Where any of the marks is, in plain or in Base64: sorted texts `place: mark`. places: pairs of a name and bytes."""
    return sorted(
        {
            f"{name}: {mark}"
            for name, data in places
            for mark in marks
            if mark.encode() in data or _is_within(data, mark)
        }
    )


def _is_within(data, mark):
    return any(
        mark.encode() in base64.b64decode(run[: len(run) // 4 * 4]) for run in ENCODED.findall(data)
    )


def files(folder, without=ROOMS):
    """Each file below a folder, with its path for a part of what it says."""
    for root, folders, names in os.walk(folder):
        here = Path(root).relative_to(folder)
        folders[:] = [name for name in folders if str(here / name) not in without]
        for name in names:
            if (path := Path(root) / name).is_file():
                yield str(here / name), f"{here / name}\n".encode() + path.read_bytes()


def temporary(since, without):
    """Files written meanwhile where programs put what is temporary. since: seconds since 1970; without: folders of others."""
    for place in {tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm"}:
        for entry in Path(place).glob("*"):
            if entry in without or entry.name.startswith(("pytest-of-", "b12-")):
                continue
            for path in [
                entry,
                *(entry.rglob("*") if entry.is_dir() and not entry.is_symlink() else ()),
            ]:
                yield from _recent(path, since)


def _recent(path, since):
    try:
        if path.is_file() and path.stat().st_mtime >= since:
            yield str(path), str(path).encode() + path.read_bytes()
    except OSError:  # of another process, and gone meanwhile
        return


def tables(url):
    """Every value of every table of a PostgreSQL database, a table at a time."""
    with psycopg.connect(plain(url)) as con:
        named = con.execute(
            "select table_schema, table_name from information_schema.tables where table_type = 'BASE TABLE'"
        ).fetchall()
        for schema, table in named:
            if schema not in ("pg_catalog", "information_schema"):
                values = con.execute(
                    sql.SQL("select * from {}").format(sql.Identifier(schema, table))
                ).fetchall()
                yield (
                    f"{schema}.{table}",
                    b"\n".join(_bytes(value) for row in values for value in row),
                )


def plain(url):
    """A database's address without SQLAlchemy's name of a driver."""
    return re.sub(r"^postgresql\+\w+:", "postgresql:", url)


def keys(url):
    """Every key of a Redis database, with what it holds."""
    with redis.Redis.from_url(url) as server:
        for key in server.scan_iter():
            command = TEXTS[server.type(key).decode()]
            yield (
                f"redis {key!r}",
                key
                + _bytes(
                    getattr(server, command)(key, *((0, -1) if command.endswith("range") else ()))
                ),
            )


def _bytes(value):
    if isinstance(value, (bytes, memoryview)):
        return bytes(value)
    if isinstance(value, (list, tuple, set)):
        return b"\n".join(map(_bytes, value))
    if isinstance(value, dict):
        return _bytes([part for pair in value.items() for part in pair])
    return str(value).encode()


def asked(stack, service, name):
    """A setting of a running service."""
    return stack.call("exec", service, "--", "printenv", name).strip()


def everything(stack, packets, messages):
    """All of it, as pairs of a name and bytes."""
    yield from files(stack.folder)
    yield from tables(asked(stack, "scheduler", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"))
    for name in ("BROKER_URL", "RESULT_BACKEND"):
        yield from keys(asked(stack, "worker", f"AIRFLOW__CELERY__{name}"))
    yield "packets", b"\n".join(packets)
    yield "messages", b"\n".join(body for _, body in messages)
