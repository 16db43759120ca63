"A run keeps its pack: what explains, compares, exports and shows it reads the pack from the run, also when the file is gone."

import csv
import json
import re
import shutil
import zipfile
from datetime import date

import pytest

from pipeline import worklist
from pipeline.core.config import Home
from pipeline.web import create_app
from tests.command import AS_OF, assessments, b12, deliver, latest
from tests.functional.web_client import client
from tests.homes import LOW, without_gates
from tests.manifests import make_older
from tests.packs import TEXT, small_text

CONCEPTS = "concept,fact,means,wording\nheadache_tierB_primary,shown,headache_not_counted,no symptom here\n"
HEADACHE = {
    "patient_id": "ann",
    "code": "R51.9",
    "code_system": "ICD10CM",
    "onset_on": "2026-01-05",
}
LABEL = "Injections by our scheme"
REASON = "Ours: a low B12."
EARLIER = "2026-01-30"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    "A home of two runs by a pack of three files, all of which are gone"
    folder = tmp_path_factory.mktemp("by_path")
    home, site = folder / "home", folder / "site"
    pack = write_pack(site)
    rows = [{"patient_id": one, **LOW} for one in ("ann", "bob")]
    born = [
        {"patient_id": one, "birth_date": "1950-01-01", "sex": "female"} for one in ("ann", "bob")
    ]
    first = deliver(folder / "in", patient=born, lab_result=rows[:1], condition=[HEADACHE])
    with without_gates():
        assert b12(home, "ingest", first, "--source", "canonical").code == 0
        screen(home, pack, EARLIER)
        assert (
            b12(
                home,
                "ingest",
                deliver(folder / "more", lab_result=rows[1:]),
                "--source",
                "canonical",
            ).code
            == 0
        )
        screen(home, pack, AS_OF)
    shutil.rmtree(site)
    return folder / "home"


def write_pack(site):
    """A pack with its table of concepts, based on another one beside it."""
    site.mkdir()
    text = small_text("ours", based_on="base")
    text = re.sub(r'(id: N08, .*?because: )"[^"]*"', rf'\1"{REASON}"', text, flags=re.DOTALL)
    text, named = re.subn(
        r"(TREAT_IM_STANDARD: )(\".*\")", rf"\1{{label: {LABEL}, text: \2}}", text, count=1
    )
    assert REASON in text and named
    path = site / "anything at all.yaml"
    path.write_text(text)
    path.with_name("anything at all.concepts.csv").write_text(CONCEPTS)
    base = re.sub(r"(metformin_months: +)\{value: 4", r"\1{value: 5", TEXT)
    assert base != TEXT
    (site / "base.yaml").write_text(base)
    return path


def screen(home, pack, as_of):
    answer = b12(home, "screen", "--protocol", pack, "--as-of", as_of)
    assert answer.code == 0, answer.err


@pytest.fixture
def home(built, tmp_path):
    return Home(shutil.copytree(built, tmp_path / "home", symlinks=True))


def page(home, path, role="admin"):
    answer = client(create_app(home, identify=lambda: worklist.Actor("kim", role))).get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_the_headache_of_the_table_is_no_symptom_in_this_pack_alone(home):
    row = assessments(home.root)["ann"]
    assert (row["neuro"], row["rule"], row["reason"].startswith(REASON)) == ("none", "N08", True), (
        row
    )
    assert b12(home.root, "screen", "--as-of", AS_OF).code == 0
    assert assessments(home.root)["ann"]["neuro"] == "headache", (
        "the rows that were ingested are as they were"
    )


def test_pages_and_explanations_call_a_next_step_as_the_pack_of_the_run_does(home):
    key = re.search(r'/patients/([\w-]+)" class="open"', page(home, "/worklist"))[1]
    for path in ("/worklist", f"/patients/{key}", "/population"):
        assert LABEL in page(home, path)
        assert "Treatment option: IM<" not in page(home, path)
    assert LABEL in b12(home.root, "explain", "ann").out
    assert json.loads(b12(home.root, "explain", "ann", "--format", "json").out)["asked"] == LABEL
    assert b12(home.root, "screen", "--as-of", AS_OF).code == 0
    assert LABEL not in page(home, "/worklist")


def test_a_run_keeps_the_files_of_its_pack(home):
    folder = home.runs / "latest" / "protocol"
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {"ours.yaml", "ours.concepts.csv", "based_on/base.yaml"}
    assert (folder / "ours.concepts.csv").read_text() == CONCEPTS
    assert "ours doctor" not in b12(home.root, "doctor").out


def test_explain_as_text_and_json_of_the_run_and_of_another_day(home):
    assert REASON in b12(home.root, "explain", "ann").out
    for more in ((), ("--as-of", "2026-01-20")):
        found = b12(home.root, "explain", "ann", "--format", "json", *more).json
        assert (found["protocol"], found["assessment"]["rule"]) == ("ours 1.0.0", "N08"), more
        assert found["action"] and found["notice"] == "For review."
        assert "headache" not in {row["answer"] for row in found["facts"] if row["fact"] == "neuro"}


def test_editing_the_file_later_changes_nothing(home, tmp_path):
    before = b12(home.root, "explain", "ann", "--format", "json").json
    site = tmp_path / "site"
    pack = write_pack(site)
    pack.write_text(pack.read_text().replace(REASON, "Another reason."))
    assert b12(home.root, "explain", "ann", "--format", "json").json == before
    (home.runs / "latest" / "explanation.parquet").unlink()
    assert b12(home.root, "explain", "ann", "--format", "json").json == before


def test_diff(home):
    answer = b12(home.root, "diff", "previous", "latest", "--format", "json")
    assert [(row["change"], row["patient_id"]) for row in answer.json] == [("new", "bob")]


def test_simulate(home):
    answer = b12(home.root, "simulate", "--set", "settings.metformin_months=6", "--format", "json")
    assert answer.code == 0, answer.err
    assert answer.json["protocol"] == "ours 1.0.0"
    assert answer.json["changed"]["settings.metformin_months"]["now"] == "5"
    assert answer.json["now"]["priority"] == answer.json["then"]["priority"]
    assert sum(answer.json["moved"].values()) == 0, (
        "the headache does not count in what is asked, either"
    )


@pytest.mark.parametrize("form", ["table", "csv", "json", "xlsx", "fhir", "omop"])
def test_every_form_of_the_worklist(home, tmp_path, form):
    out = tmp_path / f"list.{form}"
    answer = b12(home.root, "worklist", "--format", form, "--out", out)
    assert answer.code == 0, answer.err
    content = out.read_bytes()
    if form == "csv":
        assert {
            row["reason"].startswith(REASON)
            for row in csv.DictReader(content.decode().splitlines())
        } == {True}
    if form == "json":
        assert {row["rule"] for row in json.loads(content)} == {"N08"}
    if form == "fhir":
        assert b"For review." in content and b"ours 1.0.0" in content
    if form == "xlsx":
        with zipfile.ZipFile(out) as book:
            assert any(b"ours 1.0.0" in book.read(name) for name in book.namelist())


def test_the_pages(home):
    listed = page(home, "/worklist")
    [first, *_] = re.findall(r"/patients/(\w+)", listed)
    told = page(home, f"/patients/{first}")
    assert REASON in told and "ours 1.0.0" in told
    assert "NICE guideline NG239" in told or "Treatment of Vitamin B12 Deficiency" in told
    for path in ("/population", "/quality", "/runs", "/help"):
        assert "ours 1.0.0" in page(home, path), path
    what_if = page(home, "/population/what-if?settings.metformin_months=6")
    assert "ours 1.0.0" in what_if and 'value="6"' in what_if
    assert "ours 1.0.0" in page(home, "/worklist/export?format=fhir")


def test_the_worklist_follows_the_run_again(home):
    before = b12(home.root, "worklist", "--format", "json").json
    for name in ("worklist.db", "worklist.db-wal", "worklist.db-shm"):
        (home.root / name).unlink(missing_ok=True)
    store = worklist.open_store(home)
    worklist.follow(home, store)
    assert worklist.followed_pack(home, store).name == "ours"
    assert {row["patient_id"] for row in before} == {
        row["patient_id"]
        for row in worklist.listed(store, worklist.Filter(), today=date(2026, 1, 31))
    }
    store.close()


def test_letters(home, tmp_path):
    assert b12(home.root, "letters", "check").code == 0
    answer = b12(
        home.root,
        "letters",
        "write",
        "--kind",
        "letter",
        "--template",
        "blood-test-letter",
        "--out",
        tmp_path / "a.csv",
    )
    assert answer.code in (0, 2) and "does not exist" not in answer.err, answer.err


def test_the_run_is_screened_again_by_the_pack_that_it_keeps(home):
    [run] = [
        one["run_id"]
        for one in b12(home.root, "runs", "--format", "json").json
        if one["as_of"] == AS_OF
    ]
    answer = b12(home.root, "screen", "--snapshot", run)
    assert answer.code == 0 and "byte for byte the same" in answer.out, (answer.out, answer.err)
    [again] = [
        one for one in b12(home.root, "runs", "--format", "json").json if one["state"] == "replay"
    ]
    assert (home.runs / again["run_id"] / "protocol" / "based_on" / "base.yaml").exists()


def test_a_restored_home_explains_as_before(home, tmp_path):
    before = b12(home.root, "explain", "ann", "--format", "json").json
    assert b12(home.root, "backup", tmp_path / "backup").code == 0
    assert b12(tmp_path / "again", "restore", tmp_path / "backup", "--unsigned").code == 0
    assert b12(tmp_path / "again", "explain", "ann", "--format", "json").json == before
    kept = (tmp_path / "again" / "runs").rglob("ours.yaml")
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}


def test_an_erasure_leaves_the_pack_which_names_nobody(home):
    before = {
        path: path.read_bytes() for path in home.runs.glob("*/protocol/**/*") if path.is_file()
    }
    assert b12(home.root, "erase", "ann", "--yes").code == 0
    assert {path: path.read_bytes() for path in before} == before
    assert REASON in b12(home.root, "explain", "bob").out


def test_the_doctor_says_that_a_kept_pack_was_changed(home):
    kept = home.runs / "latest" / "protocol" / "ours.yaml"
    assert "is not the one that it was screened by" not in b12(home.root, "doctor").out
    kept.write_text(kept.read_text().replace(REASON, "Another."))
    answer = b12(home.root, "doctor")
    assert "is not the one that it was screened by" in answer.out


@pytest.mark.parametrize(
    "asked",
    [
        "explain ann",
        "diff previous latest",
        "simulate --set b12.low=200",
        "worklist",
        "worklist --format fhir",
    ],
)
@pytest.mark.parametrize("lost", [True, False])
def test_nothing_is_read_by_a_kept_pack_that_was_changed(home, asked, lost):
    kept = home.runs / "latest" / "protocol" / "ours.concepts.csv"
    kept.unlink() if lost else kept.write_text(CONCEPTS.replace("here", "there"))
    answer = b12(home.root, *asked.split())
    assert answer.code == 12 and "is not the protocol that the run was screened by" in answer.err


@pytest.mark.parametrize(
    "asked", ["explain ann", "worklist --format fhir", "simulate --set b12.low=190"]
)
def test_a_kept_pack_that_is_gone_is_not_replaced_by_another(home, asked):
    "Of the same name, it may be another text"
    assert b12(home.root, "screen", "--as-of", AS_OF).code == 0
    shutil.rmtree(home.runs / "latest" / "protocol")
    answer = b12(home.root, *asked.split())
    assert answer.code == 12 and "does not keep the protocol praxis-2026" in answer.err


def test_a_run_of_an_earlier_version_is_read_by_the_pack_of_its_name(home):
    assert b12(home.root, "screen", "--as-of", AS_OF).code == 0
    make_older(home.runs / "latest")
    assert (
        b12(home.root, "explain", "ann", "--format", "json")
        .json["protocol"]
        .startswith("praxis-2026")
    )
    assert json.loads(latest(home.root, "manifest.json"))["protocol"]["pack"] == "praxis-2026"
