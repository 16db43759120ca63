"""Shadow protocols: counted beside the one that decides, of the same night; the worklist is that of the run alone."""

import json
from collections import Counter
from contextlib import closing

import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from pipeline import worklist
from pipeline.analysis import diff
from pipeline.analysis.simulation import Simulation
from pipeline.core.config import Home
from pipeline.protocol.pack import load
from pipeline.runs import counted_change, read_manifest
from pipeline.screening import nightly
from pipeline.worklist.tables import event, item
from tests.command import AS_OF, b12, run

OTHERWISE = ("priority", "next_step", "alerts")  # what is compared by itself
CHANGED = "protocol changed: praxis-2026 2.0.0 → nice-ng239 1.0.0"
ANN = worklist.Actor("ann", "coordinator", None)
TOLD = (item.c.patient_id, item.c.facts, item.c.safety)
SHADOWS = ("nice-ng239", "aafp-2025")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shadows")
    b12(folder, "demo", "--patients", 400, "--out", folder / "demo", "--seed", 11, "--as-of", AS_OF)
    run(folder / "home", folder / "demo")
    return Home(folder / "home")


def screened(home, *options):
    done = b12(home.root, "screen", "--as-of", AS_OF, *options)
    assert done.code == 0, done.err
    return done, home.runs / (home.runs / "latest").resolve().name


def shadowed(home):
    return screened(home, *(word for name in SHADOWS for word in ("--shadow", name)))


def held_against_simulations(home, counts):
    "Each as a what-if under that pack finds it"
    for shadow, name in zip(counts, SHADOWS, strict=True):
        with closing(Simulation(home, load(name))) as simulation:
            answer = simulation.what_if({})
        assert shadow["protocol"]["pack"] == name
        assert shadow["protocol"]["sha256"] == load(name).sha256
        for part in ("worklist", "action", "cohort"):
            assert shadow["then"][part] == answer["then"][part]
        assert {int(number): n for number, n in shadow["then"]["priority"].items()} == answer[
            "then"
        ]["priority"]
        assert shadow["moved"] == answer["moved"]
        assert shadow["flows"] == answer["flows"]


def test_a_shadow_is_counted_and_the_worklist_is_that_of_the_run_alone(home):
    _, alone = screened(home)
    done, beside = shadowed(home)
    for name in ("worklist.csv", "summary.json"):
        assert (alone / name).read_bytes() == (beside / name).read_bytes()
    assert not (alone / "shadows.json").exists()
    counts = json.loads((beside / "shadows.json").read_text())
    held_against_simulations(home, counts)
    assert sum(flow["patients"] for flow in counts[0]["flows"]) > 0
    assert "Beside it, nice-ng239 1.0.0 would list" in done.out
    assert "b12 simulate --protocol PACK" in done.out


def test_in_several_buckets_and_by_the_setting_the_counts_are_the_same(home, monkeypatch):
    _, whole = shadowed(home)
    monkeypatch.setenv("B12_BUCKET_PATIENTS", "100")
    monkeypatch.setenv("B12_SHADOW_PACKS", ", ".join(SHADOWS))
    _, parts = screened(home)
    assert len(list((parts / "assessment.parquet").iterdir())) > 1
    assert (parts / "shadows.json").read_text() == (whole / "shadows.json").read_text()


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--shadow", "praxis-2026"], 2, "The protocol praxis-2026 is asked for twice"),
        (
            ["--shadow", "nice-ng239", "--shadow", "nice-ng239"],
            2,
            "The protocol nice-ng239 is asked for twice",
        ),
        (["--shadow", "nowhere"], 12, "The protocol pack nowhere does not exist"),
        (
            ["--shadow", "nice-ng239", "--snapshot", "x"],
            2,
            "--shadow cannot be given with --snapshot",
        ),
    ],
)
def test_what_cannot_be_a_shadow(home, options, code, said):
    done = b12(home.root, "screen", "--as-of", AS_OF, *options)
    assert (done.code, said in done.err) == (code, True), done.err


def test_a_shadow_of_the_setting_that_cannot_be_used_stops_no_run(home, monkeypatch):
    "It is left out and told, also when the switch has made it the pack that decides"
    monkeypatch.setenv("B12_SHADOW_PACKS", "nowhere, praxis-2026, nice-ng239")
    _, folder = screened(home)
    assert [
        each["protocol"]["pack"] for each in json.loads((folder / "shadows.json").read_text())
    ] == ["nice-ng239"]
    warned = json.loads((folder / "manifest.json").read_text())["warned"]
    assert warned[-2:] == [
        "The shadow protocol nowhere has problems and was left out.",
        "The shadow protocol praxis-2026 decides already and was left out.",
    ]


def acted_on(store):
    "Every item is put aside by a person; returns the facts of each patient's item"
    with store.reading() as con:
        rows = con.execute(select(item.c.key, item.c.version, item.c.status)).all()
    for row in rows:
        if row.status == "open":
            asked = {"to": "not_appropriate", "reason": "seen"}
            worklist.act(store, row.key, actor=ANN, version=row.version, **asked)
    return told(store)


def told(store):
    with store.reading() as con:
        rows = con.execute(select(item.c.status, *TOLD)).mappings().all()
    return {row["patient_id"]: dict(row) | json.loads(row["facts"]) for row in rows if row["facts"]}


def is_asked_more(before, now):
    "Another action, more urgency, an alert that was not there, or what counts otherwise"
    alerts = set(now["safety"].split("|")) - set(before["safety"].split("|"))
    action = [one["next_step"].split(" ")[0] for one in (before, now)]
    is_urgent = int(now["priority"]) < int(before["priority"])
    counts = [name for name in json.loads(now["facts"]) if name not in OTHERWISE]
    is_other = any(
        before[name] != now[name] and "not_asked" not in (before[name], now[name])
        for name in counts
    )
    return action[0] != action[1] or is_urgent or bool(alerts) or is_other


def test_a_switch_is_counted_and_named_in_the_run_the_difference_and_on_the_items(home):
    "Who was put aside stays so unless more or another thing is asked, and nothing opens in silence"
    _, first = screened(home)
    with closing(worklist.open_store(home)) as store:
        before = acted_on(store)
    done, folder = screened(home, "--protocol", "nice-ng239")
    with closing(worklist.open_store(home)) as store:
        after = told(store)
        with store.reading() as con:
            events = con.execute(select(event).where(event.c.run_id == folder.name)).all()
    assert read_manifest(folder).protocol_change == CHANGED
    change = counted_change(
        json.loads((folder / "shadows.json").read_text()), read_manifest(first).protocol.sha256
    )
    assert change.adds + change.removes > 0 and change.alters > 0
    assert (
        f"the change adds {change.adds}, removes {change.removes} and alters {change.alters}."
        in " ".join(done.out.split())
    )
    kinds = Counter(one.kind for one in events)
    assert min(kinds[kind] for kind in ("opened", "reopened", "changed", "resolved")) > 0
    assert [one.detail for one in events if not one.detail.startswith(CHANGED)] == []
    listed = set(pq.read_table(folder / "worklist.parquet")["patient_id"].to_pylist())
    for patient in before.keys() & listed:
        stays = after[patient]["status"] == "not_appropriate"
        assert stays != is_asked_more(before[patient], after[patient]), patient
    rows = [row for row in diff(home, first.name, folder.name) if row["next_step_after"]]
    assert rows and all(row["because"].startswith(CHANGED) for row in rows)
    [former] = json.loads((folder / "shadows.json").read_text())
    assert former["protocol"]["pack"] == "praxis-2026"
    moved, changes = former["moved"], Counter(row["change"] for row in rows)
    assert (moved["leave"], moved["come"]) == (changes["new"], changes["resolved"])
    assert f"adds {moved['leave']:,}, removes {moved['come']:,}" in done.out
    _, again = screened(home, "--protocol", "nice-ng239")
    assert (folder / "worklist.csv").read_bytes() == (again / "worklist.csv").read_bytes()
    assert read_manifest(again).protocol_change is None
    assert not (again / "shadows.json").exists()


def test_the_run_before_is_that_of_the_moment_in_which_the_night_is_planned(home):
    "Another command may publish while one waits"
    screened(home)
    plan = nightly.plan_of(home, AS_OF, "nice-ng239")
    screened(home, "--protocol", "nice-ng239")
    manifest, _ = nightly._screen(home, plan, lambda name: None)
    assert manifest.protocol_before is None
    assert not (home.runs / manifest.run_id / "shadows.json").exists()
