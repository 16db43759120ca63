"""The gates: what they let pass, what closes them, and what the operator is told. Great Expectations and DuckDB are the real ones."""

import json
import shutil
import subprocess
import sys
from dataclasses import asdict, replace

import duckdb
import pytest

from pipeline import quality
from pipeline.core.config import EXPECTATIONS
from pipeline.core.errors import InvalidProtocol
from pipeline.engine.relations import NIGHTLY, create, relation_names
from pipeline.quality import Outcome
from pipeline.screening.shadow import FLOW
from tests.clinic import build
from tests.gates import b12, gated, published_runs, skewed, with_new_file

pytestmark = pytest.mark.slow

SUITES = sorted(EXPECTATIONS.glob("*/*.json"))
EVERYTHING = [name for schema in NIGHTLY for name in relation_names(schema) if name != FLOW]
MOLAR = 1.35537


def screened_population(con):
    return build(con, *EVERYTHING)


def usual_night():
    "A history, published, and a new file, of which the results are still to be delivered"
    con = with_new_file()
    published_runs(con, 90, 100, 110)
    return con


@pytest.fixture
def con():
    "A usual night before its new results"
    return usual_night()


@pytest.fixture(scope="module")
def night_file(tmp_path_factory):
    "A usual night, screened, as a database file"
    path = tmp_path_factory.mktemp("night") / "night.db"
    con = usual_night()
    b12(con, skewed(60))
    screened_population(con)
    con.execute(f"attach '{path}' as night")
    con.execute("copy from database memory to night")
    con.close()
    return path


@pytest.fixture
def night(night_file, tmp_path):
    "A usual night, screened, to be damaged"
    copied = shutil.copy(night_file, tmp_path)
    with duckdb.connect(str(copied)) as con:
        yield con


def rejecting(reason, rows, accepted=60):
    "Statements that have the new file's rows rejected"
    counts = json.dumps({reason: rows})
    return (
        f"update lake.delivery set accepted = {accepted}, rejected = '{counts}', rows = {accepted + rows} where file = 'new.csv';"
        " insert into lake.rejected_row by name select 'canonical' as source, 'new.csv' as sha256, 'new.csv' as file, range as line,"
        f" '{reason}' as rejected_because, true as is_deciding from range({rows})"
    )


def one_suite(tmp_path, relation):
    "A folder with the suite of one relation"
    schema, name = relation.split(".")
    (tmp_path / schema).mkdir()
    shutil.copy(EXPECTATIONS / schema / f"{name}.json", tmp_path / schema)
    return tmp_path


def outcomes_of(con, *suites):
    found = {}
    for outcome in quality.check(con):
        if outcome.suite in suites:
            found.setdefault((outcome.column, outcome.severity), []).append(outcome.outcome)
    return {key: outcome[0] if len(outcome) == 1 else outcome for key, outcome in found.items()}


def closing(con):
    return [
        (one.suite, one.column, one.outcome) for one in quality.closing_outcomes(quality.check(con))
    ]


def test_a_usual_night_passes(night):
    outcomes = quality.check(night)
    assert [one for one in outcomes if one.outcome not in ("passed", "not_applicable")] == []
    assert quality.closing_outcomes(outcomes) == []
    assert quality.message(outcomes) == "The gate is open."
    json.dumps([asdict(one) for one in outcomes])


def test_a_mislabelled_unit_closes_the_gate_and_says_so(con):
    b12(con, [value / MOLAR for value in skewed(60)])
    outcomes = quality.check(screened_population(con))
    [closed] = quality.closing_outcomes(outcomes)
    assert (closed.suite, closed.column, closed.rows_checked, closed.rows_failed) == (
        "reporting.lab_b12_shift",
        "is_unit_mix_up",
        1,
        1,
    )
    message = quality.message(outcomes)
    assert "\n" not in message
    for said in (
        "nothing was published",
        "1 of 1 row.",
        "The median B12 of a laboratory moved by the factor",
        "performing_lab North, unit pg/mL, file new.csv",
        "ratio 0.738",
        "Ask the laboratory",
    ):
        assert said in message


def test_the_same_values_honestly_labelled_pass(con):
    b12(con, [value / MOLAR for value in skewed(60)], unit="pmol/L", factor=MOLAR)
    assert closing(screened_population(con)) == []


def test_without_any_history_the_gate_has_nothing_to_compare_with():
    con = gated()
    b12(con, skewed(60))
    outcomes = outcomes_of(
        screened_population(con),
        "reporting.lab_b12_shift",
        "reporting.worklist_volume",
        "reporting.new_delivery",
    )
    assert set(map(str, outcomes.values())) <= {
        "not_applicable",
        "['not_applicable', 'not_applicable']",
    }


def test_another_shift_is_a_warning(con):
    b12(con, skewed(60, median=250))
    assert outcomes_of(screened_population(con), "reporting.lab_b12_shift") == {
        ("is_unit_mix_up", "critical"): "passed", ("is_shifted", "warning"): "failed",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("relation", "closed", "damage"),
    [
        ("screening.assessment", "patient_id", "insert into screening.assessment from screening.assessment limit 1"),
        ("screening.assessment", "reason", "update screening.assessment set reason = null"),
        ("screening.assessment", "rule", "update screening.assessment set rule = null"),
        ("screening.assessment", "next_step", "update screening.assessment set next_step = null"),
        ("screening.assessment", "priority", "update screening.assessment set priority = 5"),
        ("screening.assessment", "b12_on", "update screening.assessment set b12_on = as_of + 1"),
        ("screening.assessment", None, "alter table screening.assessment drop column treated"),
        ("screening.worklist", "cites", "update screening.worklist set cites = ''"),
        ("screening.worklist", "reason", "update screening.worklist set reason = null"),
        ("screening.worklist", "priority", "update screening.worklist set priority = 0"),
        ("screening.worklist", "rule", "alter table screening.worklist rename column rule to law"),
        ("reporting.new_delivery", "rows_lost", "update lake.delivery set accepted = 59"),
        ("reporting.new_delivery", "share_rejected_deciding", rejecting("bad_date", 70)),
        ("reporting.new_delivery", "share_unknown_status",
         "insert into lake.unmapped_code by name select 'canonical' as source, 'new.csv' as sha256, 'unknown_status' as skipped_because, 20 as rows"),
        ("reporting.new_rejection", "share_deciding", rejecting("unknown_unit", 40)),
        ("reporting.new_result_range", "results_outside", "update lake.lab_result set value = 1"),
        ("reporting.freshness", "days_ahead", "update lake.lab_result set collected_on = '2027-01-01'"),
        ("reporting.fact_answer", "is_allowed", "update bucket.combination set answers = list_append(answers, struct_pack(fact := 'b12', answer := 'normal'))"),
        ("reporting.assessed_rule", "is_known", "update screening.assessment set rule = 'N99'"),
        ("reporting.assessment_count", "missing", "delete from screening.assessment"),
        ("reporting.assessment_count", "fact_rows_repeated", "update bucket.patient_count set fact_rows = fact_rows + 1"),
        ("reporting.assessment_count", "fact_rows_without_patient", "update bucket.patient_count set fact_rows_without_patient = 1"),
        ("reporting.worklist_evidence", "patients_without_evidence",
         "update screening.worklist set waiting_since = null, b12_on = null, deficiency_before = 'no'"),
        ("reporting.worklist_volume", "ratio", "update lake.published_run set worklist = 1000"),
        ("reporting.patients_gone", "share_gone", "update bucket.patients_gone set patients_before = 300, patients_gone = 200"),
    ],
)  # fmt: skip
def test_each_critical_expectation_closes_the_gate_when_it_is_broken(
    night, tmp_path, relation, closed, damage
):
    night.execute(damage)
    if relation.startswith("reporting."):
        create(night, "reporting.new_delivery")
        create(night, relation)
    outcomes = quality.check(night, one_suite(tmp_path, relation))
    assert closed in [one.column for one in quality.closing_outcomes(outcomes)]


def test_a_warning_leaves_the_gate_open(con):
    b12(con, skewed(60))
    con.execute(rejecting("bad_date", 5))
    con.execute(
        "update lake.lab_result set collected_on = '2026-01-01', collected_at = '2026-01-01'"
    )
    screened_population(con)
    warned = [(one.suite, one.column) for one in quality.check(con) if one.outcome == "failed"]
    assert warned == [
        ("reporting.freshness", "is_old"),
        ("reporting.new_delivery", "share_rejected"),
        ("reporting.new_rejection", "share"),
    ]
    assert closing(con) == []


def test_a_file_about_unknown_patients_is_a_warning_and_a_first_one_is_not():
    con = with_new_file()
    con.execute(
        "insert into lake.patient (source, sha256, patient_id) "
        "select source, sha256, patient_id from lake.lab_result where file = 'old.csv'"
    )
    b12(con, skewed(60))
    screened_population(con)
    assert outcomes_of(con, "reporting.new_unknown_patient") == {
        ("is_unusual", "warning"): "failed"
    }
    con.execute("delete from lake.published_delivery")
    for name in (
        "reporting.new_delivery",
        "bucket.unknown_patient",
        "reporting.new_unknown_patient",
    ):
        create(con, name)
    assert outcomes_of(con, "reporting.new_unknown_patient") == {
        ("is_unusual", "warning"): "not_applicable"
    }


def test_small_files_are_not_judged_by_their_shares(con):
    b12(con, skewed(60))
    con.execute(rejecting("missing_unit", 10, accepted=9))
    outcomes = outcomes_of(
        screened_population(con), "reporting.new_delivery", "reporting.new_rejection"
    )
    assert outcomes.pop(("rows_lost", "critical")) == "passed"
    assert set(outcomes.values()) == {"not_applicable"}


def test_an_expectation_that_raises_closes_the_gate_and_spoils_no_other(night):
    night.execute(
        "alter table screening.assessment alter priority set data type varchar using 'high'"
    )
    night.execute("alter table screening.assessment rename b12_on to b12_day")
    found = [one for one in quality.check(night) if one.suite == "screening.assessment"]
    assert {(one.column, one.observed) for one in found if one.outcome == "error"} == {
        ("priority", "cannot be computed on column of type VARCHAR"), ("b12_on", 'column "b12_on" in BatchData does not exist'),
    }  # fmt: skip
    assert [one.outcome for one in found if one.column == "patient_id"] == ["passed", "passed"]
    assert (
        "screening.assessment.priority could not be evaluated (cannot be computed on"
        in quality.message(found)
    )


def test_no_outcome_shows_a_patient(night):
    night.execute("insert into screening.assessment from screening.assessment")
    night.execute("update screening.worklist set reason = null, rule = patient_id, cites = ''")
    night.execute(
        "alter table screening.assessment alter priority set data type varchar using patient_id"
    )
    outcomes = quality.check(night)
    assert {one.column for one in quality.closing_outcomes(outcomes)} == {
        "patient_id",
        "priority",
        "reason",
        "cites",
    }
    text = json.dumps([asdict(one) for one in outcomes]) + quality.message(outcomes)
    assert [
        id_
        for (id_,) in night.execute("select patient_id from clinical.population").fetchall()
        if id_ in text
    ] == []


def test_the_cursors_let_go_of_a_database_file(night, tmp_path):
    quality.check(night)
    night.close()
    with duckdb.connect(
        str(tmp_path / "night.db"), read_only=True
    ) as again:  # refused while it is open for writing
        assert again.execute("select count(*) from clinical.population").fetchone() == (360,)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"name": "x"}',
        '{"name": "x", "meta": {}, "expectations": [{"type": "expect_magic", "kwargs": {}}]}',
    ],
)
def test_a_suite_that_cannot_be_read_says_which(tmp_path, text):
    (tmp_path / "lake").mkdir()
    (tmp_path / "lake" / "delivery.json").write_text(text)
    with pytest.raises(InvalidProtocol, match=r"lake/delivery\.json"):
        quality.check(gated(), tmp_path)


def test_a_suite_of_a_relation_that_is_not_there_says_so(tmp_path):
    with pytest.raises(InvalidProtocol, match=r"screening\.worklist \(TestConnectionError\)"):
        quality.check(gated(), one_suite(tmp_path, "screening.worklist"))


@pytest.mark.parametrize("file", SUITES, ids=lambda file: f"{file.parent.name}.{file.stem}")
def test_a_steward_can_read_each_suite(file):
    text = file.read_text(encoding="utf-8")
    suite = json.loads(text)
    assert text == json.dumps(suite, indent=2, ensure_ascii=False) + "\n"
    assert suite["name"] == f"{file.parent.name}.{file.stem}"
    assert suite["meta"]["guards"]
    assert ("named_by" in suite["meta"]) <= (file.parent.name == "reporting"), (
        "only counts may name their rows"
    )
    for expectation in suite["expectations"]:
        assert list(expectation) == ["type", "kwargs", "severity", "meta"]
        assert expectation["severity"] in ("critical", "warning", "info")
        assert all(expectation["meta"][key].endswith(".") for key in ("note", "todo"))


def test_the_message_joins_all_that_closes():
    failed = Outcome(
        "a.b",
        "expect_x",
        "c",
        "critical",
        "failed",
        None,
        "unique",
        9,
        2,
        "One row each.",
        "Report it.",
    )
    warning = replace(failed, severity="warning")
    table = replace(failed, column=None, rows_checked=None, rows_failed=None, observed="50 columns")
    assert quality.closing_outcomes([failed, warning, table]) == [failed, table]
    assert quality.message([failed, warning, table]) == (
        "The gate is closed by 2 critical expectations: nothing was published; the previous worklist stays in use. "
        "a.b.c: One row each. Expected: unique. Failed: 2 of 9 rows. Report it. "
        "a.b (expect_x): One row each. Expected: unique. Observed: 50 columns. Report it."
    )


def test_importing_the_gates_does_not_import_great_expectations():
    code = "import sys, pipeline.quality; print('great_expectations' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_check_prints_nothing_even_when_the_process_ends(night_file):
    code = (
        "import duckdb, sys; from pipeline import quality; "
        "con = duckdb.connect(sys.argv[1], read_only=True); print(len(quality.check(con)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, night_file], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert done.stdout.strip().isdigit()
