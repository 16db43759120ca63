"""docs/security.md names a test for each threat; each of them exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = [
    line
    for line in (ROOT / "docs" / "security.md").read_text().splitlines()
    if line.startswith("| ") and "test" in line and "threat" not in line
]
NAMED = sorted(
    {found for row in ROWS for found in re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", row)}
)


@cache
def names_in(path):
    return {
        node.name
        for node in ast.walk(ast.parse((ROOT / path).read_text()))
        if isinstance(node, ast.FunctionDef)
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2:40])
def test_a_threat_has_a_test(row):
    assert re.search(r"`tests/[\w/]+\.py::test_\w+`", row)


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_a_named_test_exists(path, name):
    assert name in names_in(path)


def test_there_are_threats():
    assert len(ROWS) > 25 and len(NAMED) > 30


UNLIMITED = {  # what asks the whole store: no patient is shown, or none by what it asks
    "access.py", "app.py", "explained.py", "exporting.py", "local_link.py", "login.py",
    "opening.py", "quality.py", "recorded.py", "run_sync.py", "server.py", "single_sign_on.py",
}  # fmt: skip


def test_pages_ask_the_store_as_their_reader_may_see_it():
    whole = re.compile(r"app\.state\.store|state\.store\b(?! =)")
    pages = {
        path.name
        for path in (ROOT / "pipeline/web").glob("*.py")
        if whole.search(path.read_text().replace("request.state.store", ""))
    }
    assert pages == UNLIMITED
