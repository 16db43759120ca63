"""The DAGs as Airflow sees them, and a whole run of them on a small delivery.

Airflow reads its environment when it is imported: each test asks a process of its own.
"""

import ast
import json
import shutil
from datetime import date

import pyarrow as pa
import pytest
from pyarrow import parquet

from dags import embedded
from pipeline.runs import parquet_files
from tests.functional.test_modes import open_to_others
from tests.programs import ROOT, python, with_airflow

DAG_FILES = [
    ROOT / "dags" / f"{name}.py"
    for name in (
        "ingest_extract",
        "screen_population",
        "maintain_lake",
        "watch_deadlines",
        "report_outcomes",
        "replay_archive",
    )
]

LOAD = """
import json, sys, pathlib
from unittest import mock
from dags import embedded
embedded.prepare_airflow(pathlib.Path("airflow").absolute())
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization
from airflow.timetables import trigger
from airflow.timetables.base import TimeRestriction
from pendulum import parse
bag = DagBag(embedded.DAGS)
def first_run(dag, now):
    "When a DAG that never ran is due, as the scheduler reckons it at a moment"
    dag = DagSerialization.from_dict(DagSerialization.to_dict(dag))
    with mock.patch.object(trigger, "utcnow", lambda: parse(now)):
        restriction = TimeRestriction(earliest=dag.start_date, latest=None, catchup=False)
        return dag.timetable.next_dagrun_info(last_automated_data_interval=None, restriction=restriction).run_after.isoformat()
screening = bag.dags["screen_population"]
json.dump({
    "first_nights": {now: first_run(screening, now) for now in ("2026-07-01T08:00+00:00", "2026-07-01T02:20+00:00", "2026-07-01T00:20+00:00")},
    "errors": bag.import_errors,
    "modules": sorted(sys.modules),
    "dags": {dag.dag_id: {
        "schedule": repr(dag.timetable), "max_active_runs": dag.max_active_runs, "catchup": dag.catchup,
        "at_once": {task.task_id: task.max_active_tis_per_dag for task in dag.tasks},
        "told": {task.task_id: bool(task.on_failure_callback) for task in dag.tasks},
        "seconds": {task.task_id: task.execution_timeout and task.execution_timeout.total_seconds() for task in dag.tasks},
        "not_again": {task.task_id: [rule.exception for rule in getattr(task.retry_policy, "rules", [])] for task in dag.tasks},
        "retries": {task.task_id: task.retries for task in dag.tasks},
        "tasks": {task.task_id: sorted(asset.name for asset in task.outlets) for task in dag.tasks},
    } for dag in bag.dags.values()},
}, open("bag.json", "w"))
"""

NOTHING_WAITS = """
import json, pathlib
from dags import embedded
embedded.prepare_airflow(pathlib.Path("airflow").absolute())
dag_run = embedded.run_dag("ingest_extract", "Ingesting")
json.dump({ti.task_id: ti.state for ti in dag_run.get_task_instances()}, open("states.json", "w"))
"""

ONLY_INGEST = """
import pathlib
from dags import embedded
from pipeline import run
from pipeline.core import Home
run.land(Home.from_environment(), [pathlib.Path("meds")], "meds")
embedded.prepare_airflow(pathlib.Path("home/airflow").absolute())
embedded.describe_accounts(embedded.run_dag("ingest_extract", "Ingesting"))
"""

ONLY_SCREEN = """
import json, pathlib
from dags import embedded
embedded.prepare_airflow(pathlib.Path("home/airflow").absolute())
dag_run = embedded.run_dag("screen_population", "Screening", as_of="2026-01-31", pack=None)
json.dump([[ti.task_id, ti.state] for ti in dag_run.get_task_instances()], open("states.json", "w"))
"""

WITHOUT_ITS_NIGHT = """
import shutil
from pipeline import run
planned = run.plan_buckets
def plan_buckets(home, *asked, **key):
    "And then somebody is erased"
    numbers = planned(home, *asked, **key)
    for night in home.work.glob("night-*"):
        shutil.rmtree(night)
    return numbers
run.plan_buckets = plan_buckets
"""


def loaded(folder, **settings):
    done = python(folder, "-c", LOAD, **settings)
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "bag.json").read_text())


@pytest.fixture(scope="module")
def bag(airflow, tmp_path_factory):
    return loaded(with_airflow(airflow, tmp_path_factory.mktemp("bag")))


def test_every_dag_is_imported_without_errors(bag):
    assert bag["errors"] == {}
    assert set(bag["dags"]) == {
        "ingest_extract",
        "screen_population",
        "maintain_lake",
        "watch_deadlines",
        "report_outcomes",
        "replay_archive",
    }


def test_reading_the_dags_loads_nothing_heavy(bag):
    heavy = {"deltalake", "duckdb", "great_expectations", "pandas", "pipeline.run", "pyarrow"}
    assert heavy.isdisjoint(bag["modules"])


def test_one_run_at_a_time_and_no_catching_up(bag):
    assert {dag["catchup"] for dag in bag["dags"].values()} == {False}
    assert {name for name, dag in bag["dags"].items() if dag["max_active_runs"] != 1} == {
        "screen_population"
    }


def test_a_night_that_waits_for_a_steward_keeps_no_other_from_being_screened_and_two_are_never_screened_at_once(
    bag,
):
    screening = bag["dags"]["screen_population"]
    assert screening["max_active_runs"] >= 200 and screening["at_once"]["screen"] == 1


def test_every_failure_is_told_and_what_can_pass_is_tried_again(bag):
    for dag in bag["dags"].values():
        assert all(dag["told"].values())
        assert all(retries >= 1 for retries in dag["retries"].values())


@pytest.mark.parametrize("task", ["screen", "decide"])
def test_what_is_wrong_the_next_minute_too_is_not_tried_again(bag, task):
    "A closed gate; an answer by a user who is not a steward"
    wrong = {
        f"pipeline.core.errors.{name}" for name in ("GateClosed", "InvalidProtocol", "UsageError")
    }
    assert set(bag["dags"]["screen_population"]["not_again"][task]) == wrong


def test_no_task_keeps_the_others_waiting_for_ever(bag):
    limits = {
        (name, task): seconds
        for name, dag in bag["dags"].items()
        for task, seconds in dag["seconds"].items()
    }
    others = {"watch_deadlines": 600, "replay_archive": 24 * 3600}  # of years of deliveries
    assert set(limits.values()) == {3 * 3600, *others.values()}
    assert {name: seconds for (name, _), seconds in limits.items() if seconds != 3 * 3600} == others


def test_a_new_installation_does_not_screen_the_night_before_it_was_there(bag):
    assert (
        bag["first_nights"]
        == {
            "2026-07-01T08:00+00:00": "2026-07-02T02:00:00+00:00",
            "2026-07-01T02:20+00:00": "2026-07-01T02:00:00+00:00",  # a night that has come waits for the scheduler
            "2026-07-01T00:20+00:00": "2026-07-01T02:00:00+00:00",
        }
    )


def test_the_night_is_that_of_the_time_zone(airflow, tmp_path):
    assert loaded(with_airflow(airflow, tmp_path), B12_TIMEZONE="Europe/Berlin")[
        "first_nights"
    ] == {
        "2026-07-01T08:00+00:00": "2026-07-02T00:00:00+00:00",
        "2026-07-01T02:20+00:00": "2026-07-02T00:00:00+00:00",
        "2026-07-01T00:20+00:00": "2026-07-01T00:00:00+00:00",
    }


@pytest.mark.parametrize(
    ("dag_id", "cron"),
    [
        ("ingest_extract", "*/10 * * * *"),
        ("screen_population", "0 2 * * *"),
        ("maintain_lake", "0 4 * * 0"),
        ("watch_deadlines", "*/15 * * * *"),
        ("report_outcomes", "0 6 2 * *"),
    ],
)
def test_schedule(bag, dag_id, cron):
    assert f"expression='{cron}'" in bag["dags"][dag_id]["schedule"]


def test_a_replay_is_started_by_hand_and_wakes_the_screening(bag):
    dag = bag["dags"]["replay_archive"]
    assert "NullTimetable" in dag["schedule"]
    assert dag["tasks"]["replay"] == bag["dags"]["ingest_extract"]["tasks"]["announce"]


def test_any_lake_table_that_ingest_announces_wakes_the_screening(bag):
    announced = bag["dags"]["ingest_extract"]["tasks"]["announce"]
    schedule = bag["dags"]["screen_population"]["schedule"]
    assert len(announced) == 5
    assert schedule.startswith("AssetOrTimeSchedule(asset_condition=AssetAny(")
    assert all(f"name='{asset}'" in schedule for asset in announced)


def decorated(tree, decorator):
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            names = {
                getattr(d.func if isinstance(d, ast.Call) else d, "id", None)
                for d in function.decorator_list
            }
            if decorator in names:
                yield function


@pytest.mark.parametrize("file", DAG_FILES, ids=lambda file: file.stem)
def test_a_task_calls_one_function_of_the_walk_at_most_and_nothing_decides(file):
    tree = ast.parse(file.read_text())
    tasks = list(decorated(tree, "task"))
    assert tasks
    for function in tasks:
        calls = [
            ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)
        ]
        assert sum(call.startswith("run.") for call in calls) <= 1, function.name
        logic = (ast.If, ast.For, ast.While, ast.Try, ast.With)
        assert not any(isinstance(node, logic) for node in ast.walk(function)), function.name


@pytest.mark.parametrize("file", DAG_FILES, ids=lambda file: file.stem)
def test_what_a_task_returns_is_not_written_to_its_log(file):
    for function in decorated(ast.parse(file.read_text()), "task"):
        if any(isinstance(node, ast.Return) for node in ast.walk(function)):
            assert "show_return_value_in_logs=False" in ast.unparse(function.decorator_list[0]), (
                function.name
            )


def test_nothing_waiting_skips_every_other_task(airflow, tmp_path):
    with_airflow(airflow, tmp_path)
    done = python(tmp_path, "-c", NOTHING_WAITS)
    assert done.returncode == 0, done.stderr
    states = json.loads((tmp_path / "states.json").read_text())
    assert states == {
        "claim": "success",
        "ingest": "skipped",
        "announce": "skipped",
        "all_went_in": "skipped",
    }


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory):
    "A folder in which the demonstration was run once, and what it printed"
    folder = tmp_path_factory.mktemp("whole")
    command = [
        "-m",
        "dags.embedded",
        "--patients",
        "300",
        "--as-of",
        "2026-01-31",
        "--home",
        "home",
    ]
    return folder, python(folder, *command)


def test_a_whole_run_on_a_small_population(whole_run):
    folder, done = whole_run
    assert (done.returncode, done.stderr) == (0, "")
    assert " files ingested, 0 refused" in done.stdout
    assert "Screening as of 2026-01-31" in done.stdout
    latest = (folder / "home" / "runs" / "latest").resolve()
    assert list((folder / "home" / "runs").rglob("worklist.csv")), latest


@pytest.mark.parametrize(
    ("before", "state"), [("", "success"), (WITHOUT_ITS_NIGHT, "skipped")], ids=["kept", "erased"]
)
def test_the_buckets_of_a_night_are_tasks_where_a_queue_is_named(
    whole_run, tmp_path, before, state
):
    shutil.copytree(whole_run[0] / "home", tmp_path / "home", symlinks=True)
    published = (tmp_path / "home" / "runs" / "latest").resolve()
    settings = {"B12_SCREEN_QUEUE": "screening", "B12_BUCKET_PATIENTS": "80"}
    done = python(tmp_path, "-c", before + ONLY_SCREEN, B12_HOME="home", **settings)
    assert done.returncode == 0, done.stderr
    ran = [tuple(row) for row in json.loads((tmp_path / "states.json").read_text())]
    after = (tmp_path / "home" / "runs" / "latest").resolve()
    parts = len(parquet_files(after, "assessment"))
    assert ran.count(("screen_bucket", state)) == parts > 2
    assert ("screen", "success") in ran
    assert (after / "worklist.csv").read_bytes() == (published / "worklist.csv").read_bytes()


def test_one_task_screens_them_without_a_queue(bag):
    assert set(bag["dags"]["screen_population"]["tasks"]) == {
        "screen", "is_held", "approve", "decide",
    }  # fmt: skip


def test_every_file_of_a_run_is_its_owners_alone(whole_run):
    home = whole_run[0] / "home"
    assert (home / "airflow" / "airflow.db").exists()
    assert open_to_others(home) == {}


def test_a_refused_file_is_named_and_the_others_go_in(airflow, tmp_path):
    with_airflow(airflow, tmp_path / "home")
    extracts = tmp_path / "extracts"
    extracts.mkdir()
    (extracts / "patient.csv").write_text("patient_id,birth_date,sex\nann,1950-01-01,female\n")
    (extracts / "lab_result.csv").write_text("a heading of something else\n1\n")
    done = python(
        tmp_path,
        "-m",
        "dags.embedded",
        "--data",
        str(extracts),
        "--source",
        "canonical",
        "--as-of",
        "2026-01-31",
        "--home",
        "home",
    )
    assert done.returncode == 10, done.stderr
    assert "lab_result.csv: REFUSED" in done.stdout
    assert "1 file ingested, 1 refused" in done.stdout


def test_the_codes_of_a_delivery_are_there_before_its_events_are_read(airflow, tmp_path):
    "Mapped tasks run in any order"
    with_airflow(airflow, tmp_path / "home")
    folder = tmp_path / "meds"
    (folder / "data").mkdir(parents=True)
    (folder / "metadata").mkdir()
    codes = {
        "code": ["GENDER//F"],
        "description": ["female"],
        "parent_codes": pa.array([None], pa.list_(pa.string())),
    }
    parquet.write_table(pa.table(codes), folder / "metadata" / "codes.parquet")
    for subject in range(6):
        time, value = pa.array([None], pa.timestamp("us")), pa.array([None], pa.float32())
        events = {
            "subject_id": [subject],
            "time": time,
            "code": ["GENDER//F"],
            "numeric_value": value,
        }
        parquet.write_table(pa.table(events), folder / "data" / f"{subject}.parquet")
    done = python(tmp_path, "-c", ONLY_INGEST)
    assert "6 files ingested, 0 refused" in done.stdout, done.stdout


@pytest.mark.parametrize(
    ("arguments", "day"),
    [
        (["--source", "meds"], "2026-01-31"),  # to which the profile moves the last events
        (["--source", "meds", "--as-of", "2025-12-31"], "2025-12-31"),
        (["--source", "canonical"], "2026-02-01"),
    ],
)
def test_the_day_is_the_one_given_else_that_of_the_profile_else_today(monkeypatch, arguments, day):
    monkeypatch.setattr("pipeline.core.clock.today", lambda: date(2026, 2, 1))
    assert embedded.as_of_date(embedded.parse(arguments)).isoformat() == day


def test_data_that_is_not_there_is_a_mistake_of_use(tmp_path):
    done = python(tmp_path, "-m", "dags.embedded", "--data", "nowhere")
    assert done.returncode == 2
    assert "the file or folder nowhere does not exist" in done.stderr
