"""What the project is made of is listed as it is pinned; no secret is committed; a vulnerability is reported, and so is a database that cannot be reached."""

import json
import re
import subprocess

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tools import supply

PINNED = re.compile(r"^([a-z0-9.-]+)(?:\[[^\]]*\])?==(\S+)", re.M)


def test_the_bill_of_materials_is_that_of_the_requirements():
    found = {
        (one["name"], one["version"]) for one in json.loads(supply.SBOM.read_text())["components"]
    }
    assert found == set(PINNED.findall((supply.ROOT / "requirements.txt").read_text())), "make sbom"


def test_the_bill_of_materials_has_every_hash_and_is_valid():
    text = supply.SBOM.read_text()
    hashes = {each["content"] for one in json.loads(text)["components"] for each in one["hashes"]}
    assert hashes == set(
        re.findall(r"sha256:([0-9a-f]{64})", (supply.ROOT / "requirements.txt").read_text())
    )
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


@pytest.fixture
def committed(tmp_path, monkeypatch):
    "A repository of its own, with a baseline that knows one line"
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / "known.py").write_text('password = "correct-horse-7731"\n')
    monkeypatch.setattr(supply, "ROOT", tmp_path)
    monkeypatch.setattr(supply, "BASELINE", tmp_path / ".secrets.baseline")
    subprocess.run(["git", "add", "known.py"], cwd=tmp_path, check=True)
    assert supply.main(["secrets", "--accept"]) == 0
    return tmp_path


def test_a_secret_that_was_not_reviewed_is_found_with_its_line_and_not_repeated(committed, capsys):
    assert supply.main(["secrets"]) == 0
    (committed / "new.py").write_text('\napi_key = "zK93mQx81LpA77wVbT20"\n')
    subprocess.run(["git", "add", "new.py"], cwd=committed, check=True)
    assert supply.main(["secrets"]) == 1
    said = capsys.readouterr().err
    assert "new.py:2: " in said and "zK93" not in said
    assert "correct-horse" not in (committed / ".secrets.baseline").read_text()


def answers(monkeypatch, tmp_path, *dependencies):
    "A stand-in for the audit's program: what is tested is what is made of its answer"
    program = tmp_path / "pip-audit"
    program.write_text(
        f"#!/bin/sh\ncat <<'END'\n{json.dumps({'dependencies': dependencies})}\nEND\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(supply, "BIN", tmp_path)


def test_a_known_vulnerability_is_said_with_the_version_that_mends_it(
    monkeypatch, tmp_path, capsys
):
    answers(
        monkeypatch,
        tmp_path,
        {"name": "a", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]},
        {"name": "b", "skip_reason": "?"},
    )
    assert supply.main(["audit"]) == 1
    assert (
        capsys.readouterr().out
        == "a 1: CVE-1, fixed in 2\n1 packages audited (pypi), 1 not known there, 1 vulnerabilities.\n"
    )


def test_no_vulnerability(monkeypatch, tmp_path):
    answers(monkeypatch, tmp_path, {"name": "a", "version": "1", "vulns": []})
    assert supply.main(["audit"]) == 0


def test_what_could_not_be_looked_at_is_not_called_sound(monkeypatch, tmp_path, capsys):
    answers(monkeypatch, tmp_path, {"name": "a", "skip_reason": "not found"})
    assert supply.main(["audit"]) == 3
    assert "nothing was audited" in capsys.readouterr().err
