"""`B12_PROTOCOL` names the pack that decides wherever none is named; a pack that is named wins over it."""

import json
import shutil

import pytest

from pipeline.core.config import Home
from pipeline.screening.nightly import plan_of
from tests.command import AS_OF, b12
from tests.homes import copied
from tests.packs import write_small

SETTING = "B12_PROTOCOL"


@pytest.fixture
def home(tmp_path, demonstration):
    return Home(copied(demonstration / "home", tmp_path / "home"))


@pytest.fixture
def ours(tmp_path, monkeypatch):
    "A pack at a path, which the setting names"
    path = write_small(tmp_path / "site", "ours")
    monkeypatch.setenv(SETTING, str(path))
    return path


def decided_by(home):
    return json.loads((home.runs / "latest" / "manifest.json").read_text())["protocol"]["pack"]


def test_a_run_is_decided_by_the_pack_of_the_setting_and_one_that_is_named_wins(home, ours):
    assert b12(home.root, "screen", "--as-of", AS_OF).code == 0
    assert decided_by(home) == "ours"
    assert b12(home.root, "screen", "--as-of", AS_OF, "--protocol", "praxis-2026").code == 0
    assert decided_by(home) == "praxis-2026"


def test_what_airflow_and_spark_ask_for_without_a_pack_is_the_one_of_the_setting(home, ours):
    assert plan_of(home, AS_OF, None, asked_by="scheduled__1").pack.name == "ours"
    assert plan_of(home, AS_OF, "nice-ng239", asked_by="manual__1").pack.name == "nice-ng239"


def test_the_commands_for_packs_read_it_where_no_pack_is_named(home, ours, tmp_path):
    checked = b12(home.root, "protocol", "check")
    assert (checked.code, "ours.yaml: sound" in checked.out) == (0, True), checked.err
    assert "To sign: b12 protocol sign PACK --name NAME" in checked.out
    assert "ours 1.0.0" in b12(home.root, "protocol", "show").err
    assert "ours.yaml has no examples" in b12(home.root, "protocol", "test").err
    forms = b12(home.root, "protocol", "review", "--out", tmp_path / "forms")
    assert forms.code == 0 and "ours" in forms.out
    signed = b12(home.root, "protocol", "sign", "--name", "Dr Ada Example", "--yes")
    assert "ours 1.0.0, SHA-256" in signed.out


def test_a_patient_is_explained_by_it_where_no_run_was_published(home, ours):
    patient = b12(home.root, "worklist", "--format", "json").json[0]["patient_id"]
    shutil.rmtree(home.runs)
    told = b12(home.root, "explain", patient, "--as-of", AS_OF, "--format", "json").json
    assert told["protocol"].startswith("ours")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [("nowhere", "The protocol pack nowhere does not exist"), ("broken", "has 1 problems")],
)
def test_a_pack_of_the_setting_that_cannot_be_used_fails_the_run(
    home, tmp_path, monkeypatch, wrong, said
):
    "Unlike a shadow: without it nobody knows what decides"
    path = write_small(tmp_path / "site", "broken")
    path.write_text(path.read_text().replace("cites: [SEED §D2", "cites: [NOBODY §D2", 1))
    monkeypatch.setenv(SETTING, wrong if wrong == "nowhere" else str(path))
    before = decided_by(home)
    done = b12(home.root, "screen", "--as-of", AS_OF)
    assert (done.code, said in done.err) == (12, True), done.err
    assert "$B12_PROTOCOL" in done.err
    assert decided_by(home) == before
    assert "$B12_PROTOCOL" not in b12(home.root, "screen", "--protocol", "nowhere").err


def test_the_doctor_names_it_and_says_where_it_cannot_be_used(home, ours, monkeypatch):
    told = b12(home.root, "doctor").out
    assert "The protocol pack ours 1.0.0 ($B12_PROTOCOL) is valid" in told
    monkeypatch.setenv(SETTING, "nowhere")
    done = b12(home.root, "doctor")
    assert "$B12_PROTOCOL: The protocol pack nowhere does not exist" in done.out
