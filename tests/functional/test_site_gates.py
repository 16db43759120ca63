"""A site tunes its gates in its home: a mute closes and warns nothing until its day, is told wherever the gates are told, and
is an input of the run."""

import json
from hashlib import sha256

import pytest

from pipeline import run, worklist
from pipeline.backup.contents import rest_of
from pipeline.core.config import Home
from pipeline.web.app import create_app
from tests.command import AS_OF, b12, deliver, latest
from tests.functional.web_client import client
from tests.homes import copied

MUTED = """
- suite: reporting.new_rejection
  column: share
  mute_until: {day}
  reason: The laboratory replaces its system until March.
- suite: reporting.new_delivery
  column: share_rejected
  threshold: {{max_value: 0.2}}
  reason: A tenth of the rows is about samples.
"""
MUTE = "muted until 2026-02-10: The laboratory replaces its system until March."
THRESHOLD = "max_value 0.2 in place of 0.05: A tenth of the rows is about samples."


@pytest.fixture(scope="module")
def ingested(tmp_path_factory):
    "A home with one delivery of which two gates warn: one in nine rows names no patient"
    folder = tmp_path_factory.mktemp("ingested")
    rows = [
        {"patient_id": f"P{number}" if number < 40 else "", "code": "2132-9", "value": 180 + number % 30 * 20,
         "unit": "pg/mL", "collected_at": "2026-01-28", "result_id": f"R{number}"}
        for number in range(45)
    ]  # fmt: skip
    patients = [{"patient_id": f"P{number}", "birth_date": "1960-01-01"} for number in range(40)]
    files = deliver(folder / "in", patient=patients, lab_result=rows)
    assert b12(folder / "home", "ingest", files, "--source", "canonical").code == 0
    return folder / "home"


@pytest.fixture
def home(ingested, tmp_path):
    return Home(copied(ingested, tmp_path / "home"))


def tuned(home, text=MUTED, day="2026-02-10"):
    path = home.root / "expectations.yaml"
    path.write_text(text.format(day=day), encoding="utf-8")
    return path


def warned(home):
    done = run.screen_population(home, AS_OF, hold_warned=True)
    return done.state, sorted(sentence.split(":")[0] for sentence in done.warned)


@pytest.mark.gates
def test_without_the_file_and_after_the_day_of_a_mute_the_night_is_held(home):
    both = ["reporting.new_delivery.share_rejected", "reporting.new_rejection.share"]
    assert warned(home) == ("held", both)
    tuned(home, day="2026-01-30")
    assert warned(home) == ("held", both[1:])
    tuned(home, day=AS_OF)
    assert warned(home) == ("published", [])


@pytest.fixture(scope="module")
def published(ingested, tmp_path_factory):
    "A home whose gates are tuned, and what the command printed of its night"
    home = Home(copied(ingested, tmp_path_factory.mktemp("published") / "home"))
    tuned(home)
    answer = b12(home.root, "screen", "--as-of", AS_OF, "--hold-warned")
    assert answer.code == 0, answer.err
    return home, answer.out


@pytest.mark.gates
def test_a_muted_failure_is_still_evaluated_and_told_wherever_gates_are_told(published):
    home, printed = published
    outcomes = json.loads(latest(home.root, "quality.json"))
    assert {
        (one["suite"], one["column"]): (one["outcome"], one["is_muted"], one["site_change"])
        for one in outcomes if one["site_change"]
    } == {
        ("reporting.new_rejection", "share"): ("failed", True, MUTE),
        ("reporting.new_delivery", "share_rejected"): ("passed", False, THRESHOLD),
    }  # fmt: skip
    assert ", 1 muted." in printed and " failed" not in printed.split("1 muted.")[0]
    assert f"  reporting.new_rejection.share (failed) {MUTE}\n" in printed
    assert f"  reporting.new_delivery.share_rejected (passed) {THRESHOLD}\n" in printed


def test_the_quality_page_tells_a_mute(published):
    app = create_app(published[0], identify=lambda: worklist.Actor("kim", "operator"))
    page = client(app).get("/quality").text
    assert "Published. The data can be used." in page
    assert "0 failed" in page and "1 muted" in page
    assert f"Changed by this site: {MUTE}" in page and f"Changed by this site: {THRESHOLD}" in page
    assert '<span class="muted">Muted</span>' in page.split("All 5")[0]


def test_the_file_is_an_input_of_the_run(published):
    home, _ = published
    inputs = json.loads(latest(home.root, "manifest.json"))["inputs"]
    assert inputs["expectations"] == sha256((home.root / "expectations.yaml").read_bytes()).hexdigest()  # fmt: skip


def test_without_the_file_the_manifest_names_none(home):
    run.screen_population(home, AS_OF)
    assert "expectations" not in json.loads(latest(home.root, "manifest.json"))["inputs"]


def test_a_mistake_ends_the_run_with_12_before_it_begins(home):
    path = tuned(home, MUTED.replace("new_rejection", "new_rejections").replace("  reason: A tenth of the rows is about samples.\n", ""))  # fmt: skip
    answer = b12(home.root, "screen", "--as-of", AS_OF)
    assert answer.code == 12 and not home.runs.exists()
    for said in (str(path), "line 2: the suite reporting.new_rejections does not exist", "line 6: reason is missing"):  # fmt: skip
        assert said in answer.err


def test_the_doctor_lists_what_holds_and_what_is_over(home):
    tuned(home)
    found = {one["what"]: one for one in b12(home.root, "doctor", "--format", "json").json}
    assert found[f"reporting.new_delivery.share_rejected: {THRESHOLD.rstrip('.')}"]["state"] == "ok"
    over = found["reporting.new_rejection.share was muted until 2026-02-10, and counts again"]
    assert over["state"] == "look" and "Take the entry out" in over["todo"]
    tuned(home, "- suite: reporting.nope\n")
    answer = b12(home.root, "doctor")
    assert answer.code == 13 and "wrong  The gates: " in answer.out and "line 1: " in answer.out


def test_a_backup_contains_the_file(home):
    tuned(home)
    assert "expectations.yaml" in list(rest_of(home))
