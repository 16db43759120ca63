"""What a person at a terminal of 80 columns sees: nothing wider, no progress in the results, no colour; and what a file gets."""

import fcntl
import json
import os
import pty
import re
import struct
import sys
import termios

import pytest

from pipeline.core import REPOSITORY, Home
from pipeline.runs import Approval, write_manifest
from tests.command import b12
from tests.homes import built_once, demonstration
from tests.manifests import STARTED, manifest

ERASED_LINE = re.compile(r"[^\r\n]*\r\x1b\[K")  # what a terminal has shown and taken away


def typed(*arguments, columns=80):
    "What is left on a terminal after `b12 …`"
    process, terminal = pty.fork()
    if process == 0:
        os.environ.pop("COLUMNS", None)
        os.chdir(REPOSITORY)
        os.execv(sys.executable, [sys.executable, "-m", "pipeline", *map(str, arguments)])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    read = b"".join(iter(lambda: _read(terminal), b""))
    os.waitpid(process, 0)
    os.close(terminal)
    return ERASED_LINE.sub("", read.decode().replace("\r\n", "\n"))


def _read(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other end is closed
        return b""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return built_once(tmp_path_factory, "demonstration", demonstration) / "home"


@pytest.mark.parametrize("command", [
    "worklist", "runs", "rejects", "rejects --by reason,file", "unmapped", "doctor", "refused", "codes",
    "codes metformin", "audit", "simulate --set b12.borderline=400", "explain DEMO0000011", "worklist --out w.pdf", "wroklist",
])  # fmt: skip
def test_no_line_is_wider_than_the_terminal(home, command):
    shown = typed("--home", home, *command.split())
    assert shown.strip()
    wide = [line for line in shown.split("\n") if len(line) > 80]
    assert [line for line in wide if " " in line.strip()] == [], "only a long path is left whole"
    assert "\x1b" not in shown, "colour or a movement of the cursor is left over"


def test_progress_is_gone_before_the_result_is_shown(tmp_path):
    shown = typed("demo", "--patients", 300, "--out", tmp_path / "out")
    assert "of 300 patients" not in shown and "(synthetic)." in shown
    assert shown.startswith(f"{tmp_path}"[:40])


def test_a_pipe_gets_whole_lines(home):
    longest = max(b12(home, "rejects").out.split("\n"), key=len)
    assert len(longest) > 80 and "Left out" not in longest


def a_run(home, number, state, **changes):
    run = manifest(f"2026013{number}T010000Z-aaaaaa", state=state, published=state == "published", **changes)  # fmt: skip
    folder = home.runs / f"{'.held-' if state == 'held' else ''}{run.run_id}"
    folder.mkdir(parents=True)
    write_manifest(folder, run)
    return folder


def test_runs_say_how_long_they_took_and_why_they_were_not_published(tmp_path):
    home = Home(tmp_path / "home")
    outcome = {"suite": "a.b", "column": "c", "severity": "critical", "outcome": "failed", "note": "It is empty.", "todo": "Fill it."}  # fmt: skip
    closed = a_run(home, 1, "closed", finished=STARTED.replace(minute=3, second=2))
    others = [outcome | {"outcome": "passed"}, outcome | {"severity": "warning"}, outcome | {"is_muted": True}]  # fmt: skip
    (closed / "quality.json").write_text(json.dumps([outcome, *others]))
    a_run(home, 0, "held", warned=("It is odd.",))
    decision = Approval(is_approved=False, by="kim", because="A test.", at=STARTED)
    a_run(home, 2, "discarded", approval=decision)
    rows = {row["state"]: row for row in b12(home.root, "runs", "--format", "json").json}
    assert rows["closed"]["why"] == ["a.b.c: It is empty. Fill it."]
    assert (rows["closed"]["seconds"], rows["held"]["seconds"]) == (182, 0)
    assert rows["held"]["why"] == ["It is odd."]
    assert rows["discarded"]["why"] == ["Decided by kim: A test."]
    shown = b12(home.root, "runs").out
    assert "3 min" in shown and "a.b.c: It is empty. Fill it." in shown


@pytest.mark.parametrize(("command", "known"), [
    ("worklist --out {}/w.pdf", ".csv (csv), .xlsx (xlsx)"),
    ("worklist --out {}/w", ".txt (table)"),
    ("unmapped --out {}/map.xlsx", ".csv (csv), .json (json), .txt (table)"),
    ("codes b12 --out {}/codes.xml", ".csv (csv)"),
    ("source draft {} --out {}/profile.json", ".yaml, .yml"),
])  # fmt: skip
def test_an_ending_that_names_no_format_is_refused_with_those_that_do(
    home, tmp_path, command, known
):
    answer = b12(home, *command.replace("{}", str(tmp_path)).split())
    assert answer.code == 2 and known in answer.err
    assert list(tmp_path.iterdir()) == []


def test_the_ending_of_a_table_and_a_format_that_was_asked_for_are_written(home, tmp_path):
    assert b12(home, "worklist", "--out", tmp_path / "w.txt").code == 0
    assert b12(home, "worklist", "--out", tmp_path / "w.dat", "--format", "csv").code == 0
    assert (tmp_path / "w.txt").read_text().startswith("priority")
