"""The house's own rules, held by tests: who may read whom, how large things are, what stands beside what."""

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml

from pipeline.engine.relations import SCHEMAS

ROOT = Path(__file__).resolve().parents[2]
RELATIONS = sorted((ROOT / "sql").glob("*/*.sql"))


def short(path):
    return str(path.relative_to(ROOT))


def relations_read(sql):
    "The schema.name of every table a SELECT reads, its common table expressions left out"
    [[tree]] = duckdb.connect().execute("select json_serialize_sql(?)", [sql]).fetchall()
    tree = json.loads(tree)
    assert not tree["error"], tree.get("error_message")
    assert len(tree["statements"]) == 1, "one statement a file"
    return set(tables(tree))


def tables(node):
    if isinstance(node, dict):
        if node.get("type") == "BASE_TABLE" and node["schema_name"]:
            yield node["schema_name"], node["table_name"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from tables(child)


def test_modules_import_only_from_the_floors_below():
    lint_imports = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", RELATIONS, ids=short)
def test_a_relation_reads_its_own_floor_or_below(file):
    for schema, name in relations_read(file.read_text()):
        assert schema in SCHEMAS, f"{schema}.{name} is in no room of sql/"
        assert SCHEMAS.index(schema) <= SCHEMAS.index(file.parent.name), (
            f"reads {schema}.{name}, which is above it"
        )


@pytest.mark.parametrize(
    "file", [file for file in RELATIONS if file.parent.name == "reporting"], ids=short
)
def test_what_is_counted_of_everyone_reads_what_leaves_a_bucket(file):
    "The facts of patients are gone with their bucket: what is counted of them is counted there"
    read = {f"{schema}.{name}" for schema, name in relations_read(file.read_text())}
    gone = {name for name in read if name.startswith(("clinical.", "screening."))}
    assert gone <= {"screening.assessment", "screening.worklist"}


@pytest.mark.parametrize("folder", ("sql", "expectations", "tests/spec"))
def test_every_folder_of_relations_is_a_schema_of_the_one_list(folder):
    found = {
        path.name
        for path in (ROOT / folder).iterdir()
        if path.is_dir() and path.name != "__pycache__"
    }
    assert found <= set(SCHEMAS)


def test_the_documents_hold_every_relation():
    index, specification = ((ROOT / "docs" / name).read_text() for name in ("sql.md", "spec.md"))
    names = [f"{file.parent.name}.{file.stem}" for file in RELATIONS]
    assert [
        name for name in names if f"`{name}`" not in index or f"## {name}\n" not in specification
    ] == []


@pytest.mark.parametrize("file", RELATIONS, ids=short)
def test_a_relation_says_what_its_rows_are_and_never_asks_the_clock(file):
    sql = file.read_text()
    assert file.parent.name in SCHEMAS
    assert sql.startswith(("-- One row per ", "-- One row: "))
    code = re.sub(r"--.*", "", sql).lower()
    clocks = r"\b(current_date|current_timestamp|localtimestamp|get_current_timestamp)\b|\b(today|now)\s*\("
    assert not re.search(clocks, code), "the as-of date is a relation to join"


@pytest.mark.parametrize("file", RELATIONS, ids=short)
def test_a_relation_has_at_most_60_lines(file):
    assert len(file.read_text().splitlines()) <= 60, (
        "a part that has a name is a relation of its own"
    )


@pytest.mark.parametrize("file", RELATIONS, ids=short)
def test_a_relation_has_a_spec(file):
    assert (ROOT / "tests" / "spec" / file.parent.name / f"test_{file.stem}.py").exists()


@pytest.mark.parametrize("file", sorted((ROOT / "tests" / "spec").glob("*/test_*.py")), ids=short)
def test_a_spec_is_of_a_relation(file):
    assert (ROOT / "sql" / file.parent.name / f"{file.stem.removeprefix('test_')}.sql").exists()


@pytest.mark.parametrize("file", sorted((ROOT / "expectations").glob("*/*.json")), ids=short)
def test_a_suite_guards_a_relation(file):
    assert (ROOT / "sql" / file.parent.name / f"{file.stem}.sql").exists()


@pytest.mark.parametrize("file", sorted((ROOT / "protocol").glob("*.yaml")), ids=short)
def test_the_review_of_a_protocol_is_not_overdue(file):
    "Fails on the day after: author and checker look at the protocol again, and set next_review"
    due = yaml.safe_load(file.read_text())["next_review"]
    assert due >= date.today(), f"the next review of {file.name} was due on {due}"


def test_no_committed_file_names_a_package_index():
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(
        listed, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    address = re.compile(
        r"py[p]i\.org|python[h]osted\.org|registry\.np[m]js|--(extra-)?index[-]url [h]|/sim[p]le/"
    )
    texts = {
        name: (ROOT / name).read_text(errors="ignore") for name in files if (ROOT / name).is_file()
    }
    assert [name for name, text in texts.items() if address.search(text)] == []
