"How fast people act, on both databases; and what a run leaves in the history"

import json
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from pipeline import worklist
from pipeline.web.wait_times import time_to_action
from pipeline.worklist.history import record
from pipeline.worklist.tables import event, item
from tests.manifests import manifest
from tests.stores import KIM, TODAY, fill

START = datetime(2026, 1, 1, tzinfo=UTC)


def happened(store, patient, *events):
    "Events `(days after START, kind, to_status)` of a patient's item"
    with store.writing() as con:
        [item_id] = con.scalars(
            item.select().with_only_columns(item.c.id).where(item.c.patient_id == patient)
        )
        con.execute(insert(event), [
            {"item_id": item_id, "at": START + timedelta(days=day), "who": "x", "kind": kind, "to_status": status} for day, kind, status in events
        ])  # fmt: skip


def test_from_the_list_to_the_first_act(store):
    fill(store, [{"priority": 1}, {"priority": 1}, {"priority": 4}, {"priority": 4}])
    happened(
        store,
        "P00000",
        (0, "opened", "open"),
        (1, "assigned", "assigned"),
        (3, "status", "contacted"),
        (9, "status", "done"),
    )
    happened(
        store,
        "P00001",
        (0, "opened", "open"),
        (2, "assigned", "ordered"),
        (20, "reopened", "open"),
        (21, "status", "declined"),
    )
    happened(
        store, "P00002", (0, "opened", "open"), (5, "status", "snoozed"), (6, "comment", "open")
    )
    happened(store, "P00003", (-40, "opened", "open"), (1, "status", "done"))
    found = worklist.days_to_action(store, since=START - timedelta(days=30))
    assert {priority: sorted(days) for priority, days in found.items()} == {1: [1, 2, 3]}


def test_what_the_page_says_of_waiting(store):
    keys = fill(
        store,
        [{"priority": 2, "waiting_since": TODAY - timedelta(days=days)} for days in (90, 50, 10)],
    )
    worklist.act(store, keys["P00001"], actor=KIM, version=1, to="contacted", today=TODAY)
    found = time_to_action(store, today=TODAY)
    assert (found[2]["waiting"], found[2]["waiting_days"], found[1]) == (
        2,
        90,
        {"acted": 0, "days": None, "waiting": 0, "waiting_days": None},
    )


def published(folder, number, outcome, patients=100):
    "The folder of a run, as far as the history reads it"
    run_id, day = f"run-{number:04}", START.date() + timedelta(days=number)
    folder = folder / run_id
    folder.mkdir()
    started = START + timedelta(days=number)
    run = manifest(
        run_id,
        as_of=day,
        started=started,
        finished=started + timedelta(minutes=1),
        patients=patients,
    )
    expectation = {
        "suite": "screening.assessment", "expectation": "expect_x", "column": "b12", "severity": "warning", "outcome": outcome, "observed": None,
        "threshold": f"at most {number} %", "rows_checked": 10, "rows_failed": int(outcome == "failed"), "note": "n", "todo": "t",
    }  # fmt: skip
    report = {"rejection": [{"rejected_because": "bad_date", "rows_new": 3}, {"rejected_because": "bad_date", "rows_new": 1}], "testing": [{"risk_group": "metformin_long_term", "is_total": True, "patients": 50, "tested_recently": 20},
                          {"risk_group": "metformin_long_term", "is_total": False, "patients": 1, "tested_recently": 1}]}  # fmt: skip
    for name, content in (
        ("summary", {"band": {"low": 3}, "rejected": {"bad_date": 4}}),
        ("quality", [expectation]),
        ("report", report),
    ):
        (folder / f"{name}.json").write_text(json.dumps(content))
    return folder, run


def test_new_persisting_resolved_and_a_trend(store, tmp_path):
    with store.writing() as con:
        for number, outcome in enumerate(["passed", "failed", "error", "passed", "passed"]):
            record(con, *published(tmp_path, number, outcome))
    changes = [
        worklist.outcome_changes(store, f"run-{number:04}")[0]["change"] for number in range(5)
    ]
    assert changes == [None, "NEW", "PERSISTING", "RESOLVED", None]
    [trend] = worklist.outcome_trend(store, nights=3).values()
    assert [one["outcome"] for one in trend] == ["error", "passed", "passed"]
    assert [one["run_id"] for one in worklist.runs(store, limit=2)] == ["run-0004", "run-0003"]
    assert [one["number"] for one in worklist.counts_over_time(store, "band")] == [3] * 5
    assert [
        (one["name"], one["number"])
        for one in worklist.counts_over_time(store, "tested_of_risk_group", nights=1)
    ] == [("metformin_long_term", 20)]
    assert [
        one["number"] for one in worklist.counts_over_time(store, "rejected_new", nights=2)
    ] == [4, 4]
    assert worklist.run_report(store, "run-0001")["summary"]["rejected"] == {"bad_date": 4}
    assert worklist.run_report(store, "no-such-run") == {"summary": {}, "report": {}}
