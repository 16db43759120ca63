"""docs/security.md names a test for each threat, docs/asvs.md says of each section how it stands; each test exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = {name: (ROOT / "docs" / f"{name}.md").read_text() for name in ("security", "asvs")}
ROWS = [
    line
    for line in PAGES["security"].partition("## Threats")[2].partition("\n## ")[0].splitlines()
    if line.startswith("| ") and not line.startswith("| threat |")
]
NAMED = sorted(
    {
        found
        for page in PAGES.values()
        for found in re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", page)
    }
)
SECTIONS = {  # of ASVS 4.0.3 that have requirements at levels 1 and 2
    1: (1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14), 2: range(1, 11), 3: (1, 2, 3, 4, 5, 7), 4: range(1, 4),
    5: range(1, 6), 6: range(1, 5), 7: range(1, 5), 8: range(1, 4), 9: (1, 2), 10: (2, 3), 11: (1,),
    12: range(1, 7), 13: range(1, 5), 14: range(1, 6),
}  # fmt: skip


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
    assert len(ROWS) > 80 and len(NAMED) > 150


def test_every_section_of_the_standard_is_judged_and_what_is_open_says_why():
    rows = re.findall(r"^\| (\d+)\.(\d+) [^|]+\| ([^|]+) \|(.*)\|$", PAGES["asvs"], re.MULTILINE)
    judged = [(int(chapter), int(section)) for chapter, section, *_ in rows]
    assert judged == [(chapter, one) for chapter, some in SECTIONS.items() for one in some]
    assert {status for _, _, status, _ in rows} == {"met", "open", "not applicable"}
    assert all(how.strip() for _, _, status, how in rows if status != "not applicable")


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
