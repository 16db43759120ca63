"""What a failed task and a waiting approval tell, in a process of its own: Airflow reads its environment when it is imported."""

import json

from tests.programs import python, with_airflow
from tests.serving_channels import web_server

TELL = """
import sys
from types import SimpleNamespace
from b12_airflow.notifier import ApprovalNotifier, FailureNotifier
from pipeline.core import GateClosed
ti = SimpleNamespace(dag_id="screen_population", task_id="screen", run_id="scheduled__1", try_number=2)
for error in (GateClosed("2 expectations failed"), ValueError("PAT-7731 is 110"), "PAT-7731", None):
    FailureNotifier()({"task_instance": ti, "exception": error})
ApprovalNotifier()({"ti": ti})
"""

PREPARE = """
import pathlib
from dags import embedded
embedded.DAGS = pathlib.Path("dags").absolute()
embedded.prepare_airflow(pathlib.Path("airflow").absolute())
from airflow.dag_processing.dagbag import DagBag
DagBag(embedded.DAGS).dags["fails"].test()
"""

DAG = """
from datetime import datetime, UTC
from airflow.sdk import dag, task
from b12_airflow.notifier import FailureNotifier

@dag(start_date=datetime(2026, 1, 1, tzinfo=UTC), default_args={"on_failure_callback": FailureNotifier()})
def fails():
    @task
    def falls():
        from pipeline.core import Refused
        raise Refused("3 files refused")
    falls()

fails()
"""


def told_by(program, folder):
    with web_server() as (address, took):
        done = python(folder, "-c", program, AIRFLOW_HOME=str(folder), B12_NOTIFY_WEBHOOK=address)
    assert done.returncode == 0, done.stderr
    return [json.loads(body) for _, body in took]


def test_a_failure_is_quoted_only_where_its_words_are_this_pipelines_own(tmp_path):
    *failed, approval = told_by(TELL, tmp_path)
    assert {one["subject"] for one in failed} == {"B12 screening: screen_population failed"}
    assert failed[0]["lines"] == [
        "Dag: screen_population", "Task: screen", "Run: scheduled__1", "Attempt: 2", "Why: 2 expectations failed",
    ]  # fmt: skip
    assert [one["lines"][-1] for one in failed[1:]] == [
        "Why: ValueError; see the task's log", *["Why: not known; see the task's log"] * 2,
    ]  # fmt: skip
    assert "PAT-7731" not in json.dumps(failed)
    assert approval["subject"] == "B12 screening: screen_population waits for an approval"
    assert "Required Actions" in approval["lines"][-1]


def test_airflow_calls_it_when_a_task_fails(airflow, tmp_path):
    with_airflow(airflow, tmp_path)
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "fails.py").write_text(DAG)
    [told] = told_by(PREPARE, tmp_path)
    assert told["subject"] == "B12 screening: fails failed"
    assert told["lines"][1:2] + told["lines"][-1:] == ["Task: falls", "Why: 3 files refused"]
