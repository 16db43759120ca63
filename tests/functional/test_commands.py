"""Each command of interface.md on a small demonstration population: what it prints, what it leaves, that it exits 0."""

import csv
import io
import json
import re
import shutil

import pyarrow.parquet as pq
import pytest

from tests.command import AS_OF, adds_up, assessments, b12, latest, run

COLUMNS = (
    "patient_id, as_of, priority, next_step, rule, reason, cites, safety, cause, monitoring, flags, cohorts, "
    "waiting_since, scope, b12, b12_value, b12_unit, b12_reported, b12_on, b12_source, neuro_300, active_b12, "
    "active_b12_value, active_b12_on, mma, mma_value, mma_reported, mma_on, neuro, neuro_on, malabsorption, "
    "resection_length, metformin, metformin_since, acid_suppressant, acid_suppressant_since, diet, renal, "
    "egfr_value, b12_therapy, therapy_start_on, cyanocobalamin, folic_acid, pregnancy, homocysteine, "
    "homocysteine_value, tested, cause_tests, deficiency_before, deficient, at_risk, treated, loading, b12_500, symptom_to_test, absorption_lost, evidence"
)
ASSESSMENT = COLUMNS.split(", ")
ACCOUNT = [
    "file",
    "sha256",
    "entity",
    "rows",
    "accepted",
    "rejected",
    "duplicates",
    "skipped",
    "refused",
    "blanked",
    "withdrawals",
    "notes",
]


@pytest.fixture(scope="module")
def demo(demonstration):
    "The extracts of 300 patients"
    return demonstration / "extracts"


@pytest.fixture(scope="module")
def home(demonstration):
    "A home that ingested and screened them; tests only read it"
    return demonstration / "home"


@pytest.fixture
def own(home, tmp_path):
    "A copy that a test may change"
    return shutil.copytree(home, tmp_path / "own", symlinks=True)


def test_demo_is_the_same_for_the_same_seed(demo, tmp_path):
    b12(tmp_path, "demo", "--patients", 300, "--out", tmp_path, "--seed", 1, "--as-of", AS_OF)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in demo.iterdir()
    }


def test_ingest_as_json_gives_the_account_of_each_file(demo, tmp_path):
    answer = b12(tmp_path, "ingest", demo, "--source", "canonical", "--format", "json")
    assert (answer.code, answer.err) == (0, "")
    assert [list(one) for one in answer.json] == [ACCOUNT] * 5
    assert {one["entity"] for one in answer.json} == {
        "patient",
        "lab_result",
        "medication",
        "condition",
        "procedure",
    }
    assert all(adds_up(one) for one in answer.json)
    assert all(
        len((demo / one["file"]).read_text(encoding="utf-8").splitlines()) == one["rows"] + 1
        for one in answer.json
    )


def test_ingest_as_a_table_says_why_rows_were_rejected(demo, tmp_path):
    answer = b12(tmp_path, "ingest", demo / "lab_result.csv", "--source", "canonical")
    assert answer.code == 0
    assert re.search(
        r"^lab_result.csv: [\d,]+ rows = [\d,]+ accepted \+ \d+ rejected \(\w+ \d", answer.out
    )


def test_ingest_of_nothing_says_so(home, demo, tmp_path):
    (tmp_path / "in").mkdir()
    answer = b12(tmp_path / "home", "ingest", tmp_path / "in", "--source", "canonical")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.count("\n") == 1 and answer.out.startswith("Nothing was ingested: ")
    assert (
        b12(
            tmp_path / "home",
            "ingest",
            tmp_path / "in",
            "--source",
            "canonical",
            "--format",
            "json",
        ).json
        == []
    )


def test_the_same_delivery_twice_is_all_duplicates(demo, own):
    before = latest(own, "worklist.csv")
    again = b12(own, "ingest", demo, "--source", "canonical", "--format", "json")
    assert again.code == 0
    assert all(
        one["duplicates"] == one["rows"] and one["refused"] is None and adds_up(one)
        for one in again.json
    )
    assert b12(own, "screen", "--as-of", AS_OF).code == 0
    assert latest(own, "worklist.csv") == before


def test_the_same_files_in_another_home_give_the_same_worklist(demo, home, tmp_path):
    for path in sorted(demo.iterdir(), reverse=True):
        assert b12(tmp_path, "ingest", path, "--source", "canonical").code == 0
    assert b12(tmp_path, "screen", "--as-of", AS_OF).code == 0
    assert latest(tmp_path, "worklist.csv") == latest(home, "worklist.csv")


@pytest.mark.gates
def test_a_run_says_what_it_found(own, demo):
    answer = run(own, demo)
    assert (
        f"Screened {len(assessments(own))} patients as of 2026-01-31 with protocol praxis-2026"
        in answer.out
    )
    listed = sum(1 for row in assessments(own).values() if row["priority"])
    for word in (
        "Gates open: ",
        "Cohorts: ",
        f"Worklist: {listed} patients",
        "For a clinician's review",
        "Next: b12 serve",
    ):
        assert word in answer.out


def test_a_run_publishes_its_files(home):
    assert (home / "runs" / "latest").is_symlink()
    assert {path.name for path in (home / "runs" / "latest").iterdir()} == {
        "assessment.parquet", "worklist.parquet", "worklist.csv", "patient_site.parquet", "summary.json", "quality.json",
        "validation.json", "report.json", "manifest.json", "site_summary.json", "listed_patient.parquet", "follow_up.parquet",
        "explanation.parquet", "protocol",
    }  # fmt: skip
    manifest = json.loads(latest(home, "manifest.json"))
    rows = assessments(home).values()
    assert manifest["rows"] == {
        "assessment": len(rows),
        "worklist": sum(1 for row in rows if row["priority"]),
    }
    assert len(manifest["protocol"]["sha256"]) == 64
    assert {file["entity"] for file in manifest["inputs"]["files"]} == {
        "patient",
        "lab_result",
        "medication",
        "condition",
        "procedure",
    }
    quality = json.loads(latest(home, "quality.json"))
    assert {one["outcome"] for one in quality} <= {"passed", "failed", "not_applicable", "error"}
    assert {
        "suite",
        "column",
        "severity",
        "outcome",
        "observed",
        "threshold",
        "rows_checked",
        "rows_failed",
    } <= set(quality[0])


def test_the_columns_are_those_of_the_interface_in_their_order(home):
    for name in ("assessment.parquet", "worklist.parquet"):
        assert pq.read_schema(home / "runs" / "latest" / name).names == ASSESSMENT
    assert next(csv.reader(io.StringIO(latest(home, "worklist.csv").decode()))) == ASSESSMENT


def test_every_patient_has_exactly_one_assessment_with_a_reason(home, demo):
    rows = assessments(home)
    known = {
        line.split(",")[0]
        for line in (demo / "patient.csv").read_text(encoding="utf-8").splitlines()[1:]
    }
    assert known <= set(rows)
    assert all(
        row["reason"] and row["rule"] and row["priority"] in range(5) for row in rows.values()
    )


def test_the_worklist_holds_what_has_a_priority_most_urgent_first(home):
    rows = list(csv.DictReader(io.StringIO(latest(home, "worklist.csv").decode())))
    assessed = assessments(home)
    assert {row["patient_id"] for row in rows} == {
        patient for patient, row in assessed.items() if row["priority"]
    }
    keys = [(row["priority"], row["waiting_since"] or "9999", row["patient_id"]) for row in rows]
    assert keys == sorted(keys)
    assert any("|" in row["flags"] for row in rows)
    for row in rows:
        for name in ("safety", "flags", "cohorts"):
            assert row[name] == "|".join(assessed[row["patient_id"]][name])


def test_worklist_in_each_format(home, tmp_path):
    text = latest(home, "worklist.csv").decode()
    assert b12(home, "worklist", "--format", "csv").out == text
    rows = b12(home, "worklist", "--format", "json").json
    assert [list(row) for row in rows] == [ASSESSMENT] * (len(text.splitlines()) - 1)
    assert b12(home, "worklist").out.splitlines()[0].split() == [
        "priority", "patient_id", "action", "waiting_since", "result", "result_on", "safety", "flags",
    ]  # fmt: skip
    out = tmp_path / "list.csv"
    assert b12(home, "worklist", "--format", "csv", "--out", out).out == ""
    assert out.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("priority", [1, 2, 3, 4])
def test_worklist_of_one_priority(home, priority):
    wanted = [patient for patient, row in assessments(home).items() if row["priority"] == priority]
    rows = b12(home, "worklist", "--format", "json", "--priority", priority).json
    lines = csv.DictReader(
        io.StringIO(b12(home, "worklist", "--format", "csv", "--priority", priority).out)
    )
    assert (
        sorted(row["patient_id"] for row in rows)
        == sorted(row["patient_id"] for row in lines)
        == sorted(wanted)
    )


def test_explain_in_each_format(home):
    patient = b12(home, "worklist", "--format", "json", "--priority", 1).json[0]["patient_id"]
    found = b12(home, "explain", patient, "--format", "json").json
    assert found["assessment"]["next_step"] == assessments(home)[patient]["next_step"]
    assert all(
        {"file", "line", "reported", "on_day"} <= set(one)
        for fact in found["facts"]
        for one in fact["evidence"]
    )
    decides = [line["rule"] for line in found["rules"]["next_step"] if line["decides"]]
    assert decides == [found["assessment"]["rule"]]
    text = b12(home, "explain", patient).out
    for word in (
        "Facts and their evidence",
        "Rules considered",
        ": applies (",
        "lab_result.csv:",
        "this rule decides",
        "[SEED §",
    ):
        assert word in text
    other_day = b12(home, "explain", patient, "--as-of", "2020-01-01", "--format", "json").json
    assert other_day["as_of"] == "2020-01-01"


def test_explain_says_the_same_as_the_assessment_for_everyone_asked(home):
    for patient, row in list(assessments(home).items())[::40]:
        assessment = b12(home, "explain", patient, "--format", "json").json["assessment"]
        assert assessment == json.loads(json.dumps(row, default=str))


def test_rejects_in_each_format(home, demo):
    rows = b12(home, "rejects", "--format", "json").json
    assert all(row["file"] and row["line"] > 1 and row["rejected_because"] for row in rows)
    assert not any("DEMO" in str(value) for row in rows for value in row.values())
    wanted = [row for row in rows if row["rejected_because"] == "missing_unit"]
    assert b12(home, "rejects", "--format", "json", "--reason", "missing_unit").json == wanted != []
    assert len(b12(home, "rejects", "--format", "csv").out.splitlines()) == len(rows) + 1
    assert "missing_unit" in b12(home, "rejects").out
    lines = (demo / "lab_result.csv").read_text(encoding="utf-8").splitlines()
    assert all(
        not next(csv.DictReader([lines[0], lines[row["line"] - 1]]))["unit"].strip()
        for row in wanted
    )


def test_unmapped_in_each_format(home):
    rows = b12(home, "unmapped", "--format", "json").json
    order = [(("strong", "some", "none").index(row["band"]), -row["rows"]) for row in rows]
    assert order == sorted(order) and len({band for band, _ in order}) > 1
    assert b12(home, "unmapped", "--format", "csv").out.startswith(
        "entity,kind,code_system,delivered,name,other_names,units,rows,likeness,resembles,proposed_system,proposed,map_to_system,map_to\n"
    )
    assert b12(home, "unmapped").code == 0


def test_runs_newest_first(own):
    assert b12(own, "screen", "--as-of", "2026-01-30").code == 0
    rows = b12(own, "runs", "--format", "json").json
    assert [row["as_of"] for row in rows] == ["2026-01-30", AS_OF]
    assert AS_OF in b12(own, "runs").out


def test_reingest_gives_the_same_assessment(own):
    before = latest(own, "worklist.csv"), assessments(own)
    answer = b12(own, "reingest")
    assert answer.code == 0
    assert "lab_result.csv: " in answer.out
    assert b12(own, "screen", "--as-of", AS_OF).code == 0
    assert (latest(own, "worklist.csv"), assessments(own)) == before
    assert not (own / "reingest").exists() and not (own / "lake.old").exists()


def test_compact_changes_files_and_nothing_else(demo, own):
    for name in ("a", "b"):
        rows = f"patient_id,code,value,unit,collected_at\nP-{name},2132-9,400,pg/mL,2026-01-0{ord(name) - 96}\n"
        (own / f"lab_result_{name}.csv").write_text(rows, encoding="utf-8")
        assert b12(own, "ingest", own / f"lab_result_{name}.csv", "--source", "canonical").code == 0
    run(own, demo)
    before = latest(own, "worklist.csv")
    assert re.match(r"Lake files merged: [1-9]\d*, removed: 0\.", b12(own, "compact").out)
    assert b12(own, "screen", "--as-of", AS_OF).code == 0
    assert latest(own, "worklist.csv") == before


def test_protocol_check_and_show(home):
    assert b12(home, "protocol", "check").out.startswith("praxis-2026.yaml: sound.")
    shown = b12(home, "protocol", "show").out
    for word in ("N01", "N28", "A13", "TREAT_IM_NEURO", "350", "SEED §H", "OURS"):
        assert word in shown
