"docs/packs.md, followed to the letter in an empty home: its edits are made, its commands typed, and what they say is what it shows"

import re
import shlex

import pytest

from pipeline import worklist
from pipeline.core.config import PROTOCOL, Home
from pipeline.protocol import load, problems
from pipeline.web import create_app
from tests.command import b12
from tests.functional.web_client import client
from tests.homes import without_gates

TEXT = (PROTOCOL.parent / "docs" / "packs.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(console|yaml|csv)\n(.*?)^```", re.MULTILINE | re.DOTALL)
PLACE = re.compile(r"# (\S+)(?:, (in place of the first|in place of|above the first|above|under|at the end) ?(.*))?\n")  # fmt: skip


def edited(text, how, where, block):
    "A file with a block of the document put where its first line says"
    match how:
        case None | "at the end":
            return f"{text}\n{block}"
        case "in place of":
            for name in where.split(" and "):
                text = re.sub(rf"^{name}: .*\n", "", text, count=1, flags=re.MULTILINE)
            return re.sub(r"^(version: .*\n)", rf"\1{block}", text, count=1, flags=re.MULTILINE)
    key = rf"^  - \{{id: {where}, " if how.endswith("first") else rf"^{where}.*\n"
    found = re.search(key, text, re.MULTILINE)
    assert found, f"{how} {where}"
    if how == "under":
        return f"{text[: found.end()]}{block}{text[found.end() :]}"
    after = found.start()
    if how.startswith("in place"):
        after = text.index("\n  - ", found.start()) + 1
    return f"{text[: found.start()]}{block}{text[after:]}"


def typed(command, home):
    "What a command prints, with the exit code that the document expects of it"
    words = shlex.split(command)
    assert words[0] == "b12"
    answer = b12(home, *words[1:])
    assert answer.code == 0, f"{command}: {answer.out}{answer.err}"
    return answer.out + answer.err


def is_said(shown, lines):
    "Whether each shown line comes, in order; … stands for anything"
    left = iter(lines)
    return [
        line for line in shown
        if not any(_is_like(line.rstrip(), each.rstrip()) for each in left)
    ]  # fmt: skip


def _is_like(shown, line):
    return re.fullmatch(".*".join(map(re.escape, shown.split("…"))), line)


@pytest.mark.slow
def test_the_pack_of_the_how_to_is_written_tried_and_switched_to(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    steps = BLOCK.findall(TEXT)
    assert {kind for kind, _ in steps} == {"console", "yaml", "csv"}
    with without_gates():
        for kind, block in steps:
            follow(kind, block, tmp_path)
    pack = load(tmp_path / "mysite.yaml")
    assert problems(pack) == []
    shown = page(tmp_path / "home", "/worklist?action=ORDER_B12_GASTRITIS")
    assert f"<b>{pack.labels['ORDER_B12_GASTRITIS']}</b>" in shown
    day = r'<span class="nowrap">\d+ \w+ \d{4}</span>'
    assert re.search(rf"Atrophic gastritis since {day}, and no B12", shown), (
        "a day as pages write it"
    )


def page(home, path):
    app = create_app(Home(home), identify=lambda: worklist.Actor("kim", "viewer"))
    answer = client(app).get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


def follow(kind, block, folder):
    if kind == "console":
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *shown = part.splitlines()
            said = typed(command, folder / "home")
            assert is_said(filter(None, shown), said.splitlines()) == [], f"{command}\n{said}"
        return
    name, how, where = PLACE.match(block).groups()
    path = folder / name
    text = path.read_text() if path.exists() else ""
    path.write_text(edited(text, how, where, block.split("\n", 1)[1]).lstrip("\n"))
