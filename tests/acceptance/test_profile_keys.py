"""Every example of docs/profile-keys.md: its profile, its file, and the rows that come out of it."""

import re
from datetime import UTC, datetime

import pytest

from pipeline.core import SOURCES, Home
from pipeline.core.files import sha256_of
from pipeline.ingest.validate import DeliveredFile, validate_file, working_database
from pipeline.profiles import install_profile

TEXT = (SOURCES.parent / "docs" / "profile-keys.md").read_text(encoding="utf-8")
SHARED = """profile: example
format: table
time_zone: UTC
other_columns: ignored
dialect: {delimiter: ",", quote: '"', encoding: utf-8}
"""
BLOCK = re.compile(r"```(yaml|csv|sql)(?: (\S+))?\n(.*?)```", re.DOTALL)
TABLE = re.compile(r"^\| entity \|.*\n\|[-|]+\|\n(?:\|.*\n)+", re.MULTILINE)
SKIPPED = re.compile(r"\ASkipped: (\w+) (\d+)")


def examples():
    "Each as its key, its blocks and the table after them"
    for section in TEXT.split("\n## ")[1:]:
        key, text = section.split("\n", 1)
        for part in text.split("```yaml\n")[1:]:
            [table] = TABLE.findall(part)
            skipped = SKIPPED.match(part.split(table)[1].strip())
            yield key, BLOCK.findall("```yaml\n" + part), table, skipped


def rows_of_table(table):
    head, _, *rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.strip().splitlines()
    ]
    return head, sorted(tuple(row) for row in rows)


@pytest.mark.parametrize(
    ("key", "blocks", "table", "skipped"), list(examples()), ids=[key for key, *_ in examples()]
)
def test_an_example_gives_the_rows_it_shows(tmp_path, key, blocks, table, skipped):
    for kind, name, text in blocks:
        (tmp_path / (name or "example.yaml")).write_text(
            SHARED + text if kind == "yaml" else text, encoding="utf-8"
        )
    home = Home(tmp_path / "home")
    profile = install_profile(str(tmp_path / "example.yaml"), home)
    names = [name for kind, name, _ in blocks if kind == "csv"]
    path = next(tmp_path / name for name in names if profile.kind_of_file(name) in profile.files)
    references = [tmp_path / name for name in names if profile.kind_of_file(name) == "reference"]
    file = DeliveredFile(
        path=path, name=path.name, sha256=sha256_of(path), kind=profile.kind_of_file(path.name), profile=profile,
        received_at=datetime(2026, 1, 31, tzinfo=UTC), references=tuple(references),
    )  # fmt: skip
    head, rows = rows_of_table(table)
    found = []
    with working_database(home, file.sha256) as (con, folder):
        landed, account = validate_file(con, home, file, folder)
        for entity in landed.entities:
            columns = [name for (name, *_) in con.execute(f"describe landing.{entity}").fetchall()]
            cells = ", ".join(
                f"cast({name} as varchar)"
                if name in columns
                else f"cast(concepts as varchar) as {name}"
                if name == "concepts"
                else "null"
                for name in head[1:]
            )
            joined = (
                f"landing.{entity} join (select line, place, concepts from staging.checked_{entity}) using (line, place)"
                if "concepts" in head
                else f"landing.{entity}"
            )
            found += [
                (entity, *(cell or "" for cell in row))
                for row in con.execute(f"select {cells} from {joined}").fetchall()
            ]
    assert sorted(found) == rows, key
    assert account.adds_up()
    assert account.skipped.get("other_message", 0) == (int(skipped[2]) if skipped else 0)
