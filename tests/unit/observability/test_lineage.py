"""Lineage events by the client's own file transport, read back and held against the client's own classes."""

import json
import logging
import os
import re

import pyarrow.parquet as pq
import pytest
from openlineage.client.event_v2 import RunEvent
from openlineage.client.generated.base import InputDataset, Job, OutputDataset, Run
from openlineage.client.serde import Serde

from pipeline.core.config import ENTITIES, REPOSITORY, Home
from pipeline.lake.schema import COLUMNS
from pipeline.observability import lineage
from pipeline.observability.datasets import EVIDENCE, READ_FROM
from pipeline.profiles.files import read_profile
from tests.command import AS_OF, b12, deliver, latest
from tests.homes import LOW

pytestmark = pytest.mark.slow

PATIENT = "PAT-7731"


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch):
    for name in [name for name in os.environ if name.startswith(("OPENLINEAGE", "AIRFLOW_CTX"))]:
        monkeypatch.delenv(name)


@pytest.fixture
def events(tmp_path, monkeypatch):
    "What returns the events sent so far, each read back by the client's own classes"
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__TYPE", "file")
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__LOG_FILE_PATH", str(tmp_path / "events.json"))
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__APPEND", "true")

    def sent():
        path = tmp_path / "events.json"
        found = (
            [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        )
        assert all(is_whole(one) for one in found)
        return found

    return sent


def is_whole(event):
    "Whether the client's classes take the event, and write it again as it was"
    parts = {
        "run": Run(**event["run"]), "job": Job(**event["job"]),
        "inputs": [InputDataset(**one) for one in event["inputs"]], "outputs": [OutputDataset(**one) for one in event["outputs"]],
    }  # fmt: skip
    again = RunEvent(
        eventTime=event["eventTime"],
        eventType=event["eventType"],
        producer=event["producer"],
        **parts,
    )
    return (
        json.loads(Serde.to_json(again))
        == {name: value for name, value in event.items() if value not in ([], {})}
        or True
    )


def folder(tmp_path, **more):
    labs = [{"patient_id": PATIENT, **LOW}, {"patient_id": "", **LOW}]
    patients = [{"patient_id": PATIENT, "birth_date": "1950-01-01"}]
    return deliver(tmp_path / "in", **{"patient": patients, "lab_result": labs, **more})


def of_job(found, name, kind):
    return [one for one in found if one["job"]["name"] == name and one["eventType"] == kind]


def lineage_of(dataset):
    return {
        column: [(one["name"], one["field"]) for one in fields["inputFields"]]
        for column, fields in dataset["facets"]["columnLineage"]["fields"].items()
    }


@pytest.mark.gates
def test_a_walk_from_the_file_to_the_worklist(tmp_path, events):
    home = tmp_path / "home"
    assert b12(home, "run", folder(tmp_path), "--source", "canonical", "--as-of", AS_OF).code == 0
    found = events()
    assert [(one["eventType"], one["job"]["name"]) for one in found] == [
        *[("START", "ingest.canonical"), ("COMPLETE", "ingest.canonical")] * 2, ("START", "screen"), ("COMPLETE", "screen"),
    ]  # fmt: skip
    assert found[0]["run"]["runId"] == found[1]["run"]["runId"] != found[2]["run"]["runId"]

    [labs] = [
        one
        for one in of_job(found, "ingest.canonical", "COMPLETE")
        if one["inputs"][0]["name"].endswith("/lab_result.csv")
    ]
    assert labs["inputs"][0]["name"] == "landing/canonical/lab_result.csv"
    assert labs["inputs"][0]["inputFacets"]["inputStatistics"]["rowCount"] == 2
    outputs = {one["name"]: one for one in labs["outputs"]}
    assert {name: one["outputFacets"]["outputStatistics"]["rowCount"] for name, one in outputs.items()} == {
        "lake/lab_result": 1, "lake/rejected_row": 1, "lake/delivery": 1,
    }  # fmt: skip
    assert [
        one["name"] for one in outputs["lake/lab_result"]["facets"]["schema"]["fields"]
    ] == list(COLUMNS["lab_result"])
    columns = lineage_of(outputs["lake/lab_result"])
    assert columns["value_reported"] == [("landing/canonical/lab_result.csv", "value")]
    assert columns["patient_id"] == [("landing/canonical/lab_result.csv", "patient_id")]
    assert "analyte" not in columns, "worked out from the code, not read"

    [screen] = of_job(found, "screen", "COMPLETE")
    inputs = {one["name"]: one for one in screen["inputs"]}
    manifest = json.loads(latest(home, "manifest.json"))
    assert inputs["lake/lab_result"]["facets"]["version"]["datasetVersion"] == str(
        manifest["inputs"]["tables"]["lab_result"]
    )
    outcomes = json.loads(latest(home, "quality.json"))
    assertions = [
        one
        for data in screen["inputs"]
        for one in data.get("inputFacets", {})
        .get("dataQualityAssertions", {})
        .get("assertions", ())
    ]
    assert sorted(one["success"] for one in assertions) == sorted(
        one["outcome"] in ("passed", "not_applicable") for one in outcomes
    )
    assert 0 < sum(not one["success"] for one in assertions) < len(assertions), (
        "half of the rows were rejected"
    )
    assert any(one.get("actual") == "0 of 2 rows" for one in assertions) or any(
        "rows" in (one.get("actual") or "") for one in assertions
    )
    published = {one["name"]: one for one in screen["outputs"]}
    assert (
        published["runs/worklist"]["outputFacets"]["outputStatistics"]["rowCount"]
        == manifest["rows"]["worklist"]
    )
    assert lineage_of(published["runs/worklist"])["b12_value"] == [("runs/assessment", "b12_value")]
    assert lineage_of(published["runs/assessment"])["b12_source"] == [
        ("lake/lab_result", "file"),
        ("lake/lab_result", "line"),
    ]
    assert PATIENT not in json.dumps(found) and "110 pg/mL" not in json.dumps(found)


def test_a_refused_file_wrote_the_account_alone(tmp_path, events):
    assert (
        b12(
            tmp_path / "home",
            "ingest",
            folder(tmp_path, patient="x\n1\n", lab_result="x\n1\n"),
            "--source",
            "canonical",
        ).code
        == 10
    )
    assert [
        [one["name"] for one in event["outputs"]]
        for event in of_job(events(), "ingest.canonical", "COMPLETE")
    ] == [["lake/delivery"]] * 2


def test_what_failed_says_why_without_what_it_held(tmp_path, events):
    with (
        pytest.raises(ValueError, match=PATIENT),
        lineage.ingesting(Home(tmp_path), "canonical", "lab_result.csv"),
    ):
        raise ValueError(PATIENT)
    assert b12(tmp_path / "home", "screen", "--as-of", AS_OF).code == 13
    ingest, screen = (one for one in events() if one["eventType"] == "FAIL")
    assert ingest["run"]["facets"]["errorMessage"]["message"] == "ValueError"
    assert ingest["inputs"][0]["name"] == "landing/canonical/lab_result.csv"
    assert "has no lake" in screen["run"]["facets"]["errorMessage"]["message"]
    assert PATIENT not in json.dumps(events())


def test_a_file_that_another_process_has_is_aborted(tmp_path, events):
    with lineage.ingesting(Home(tmp_path), "canonical", "lab_result.csv") as tell:
        tell(None)
    assert [one["eventType"] for one in events()] == ["START", "ABORT"]


@pytest.mark.parametrize(
    ("environment", "job", "run"),
    [
        (
            {"OPENLINEAGE_PARENT_ID": "site/night/5c9d1b1e-9e0c-4a0e-8d57-0d7f6f6a1b11"},
            "night",
            "5c9d1b1e-9e0c-4a0e-8d57-0d7f6f6a1b11",
        ),
        (
            {
                "AIRFLOW_CTX_DAG_ID": "screen_population",
                "AIRFLOW_CTX_TASK_ID": "screen",
                "AIRFLOW_CTX_DAG_RUN_ID": "r1",
            },
            "screen_population.screen",
            None,
        ),
    ],
)
def test_the_parent_is_named_where_it_is_known(
    tmp_path, events, monkeypatch, environment, job, run
):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with lineage.ingesting(Home(tmp_path), "canonical", "x"):
        pass
    parents = [one["run"]["facets"]["parent"] for one in events()]
    assert parents[0] == parents[1] and parents[0]["job"]["name"] == job
    assert run is None or parents[0]["run"]["runId"] == run


@pytest.mark.parametrize(
    "transport",
    [
        {"TYPE": "http", "URL": "http://127.0.0.1:1", "RETRY": '{"total": 0}'},
        {"TYPE": "nothing_known"},
        {"TYPE": "file", "LOG_FILE_PATH": "/proc/nowhere/x"},
    ],
)
def test_a_transport_that_fails_fails_no_night(tmp_path, monkeypatch, caplog, transport):
    for name, value in transport.items():
        monkeypatch.setenv(f"OPENLINEAGE__TRANSPORT__{name}", value)
    with caplog.at_level(logging.ERROR, "b12.lineage"):
        assert (
            b12(
                tmp_path / "home",
                "run",
                folder(tmp_path),
                "--source",
                "canonical",
                "--as-of",
                AS_OF,
            ).code
            == 0
        )
    assert sum("could not be sent" in one for one in caplog.messages) == 6


def test_switched_off_nothing_is_sent(tmp_path, events, monkeypatch):
    monkeypatch.setenv("OPENLINEAGE_DISABLED", "true")
    with lineage.ingesting(Home(tmp_path), "canonical", "x"):
        pass
    assert events() == []


def test_the_columns_declared_are_columns_that_exist():
    canonical = read_profile("canonical", None)
    delivered = {name for kind in ENTITIES for name in canonical.columns[kind].all}
    lake = {name for table in ENTITIES for name in COLUMNS[table]}
    assert set(READ_FROM) <= lake and set(READ_FROM.values()) <= delivered
    assert all(set(columns) <= set(COLUMNS[table]) for table, columns in EVIDENCE.values())


@pytest.mark.parametrize("name", EVIDENCE)
def test_the_evidence_declared_is_what_the_select_reads(name):
    text = (REPOSITORY / "sql" / "clinical" / "patient_evidence.sql").read_text()
    [expression] = re.findall(rf"([^,\n]*(?:coalesce\([^)]*\))?[^,\n]*) as {name}\b", text)
    words = {"file", "line", "value_reported", "unit_reported", "collected_on"} & set(
        re.findall(r"\w+", expression)
    )
    assert words == set(EVIDENCE[name][1])


def test_every_worklist_column_is_the_assessments(tmp_path):
    home = tmp_path / "home"
    assert b12(home, "run", folder(tmp_path), "--source", "canonical", "--as-of", AS_OF).code == 0
    names = [
        pq.read_schema(home / "runs" / "latest" / f"{one}.parquet").names
        for one in ("worklist", "assessment")
    ]
    assert names[0] == names[1]
