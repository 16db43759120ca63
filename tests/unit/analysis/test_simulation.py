"The what-if is exact: it finds what a whole screen under an edited pack finds, after any other question"

import errno
import os
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from pipeline import exports
from pipeline.analysis.simulation import BUILT, Simulation
from pipeline.core.config import PROTOCOL, Home
from pipeline.core.errors import UsageError
from pipeline.engine import resting_on
from pipeline.protocol.pack import load
from pipeline.screening.plan import RunPlan
from pipeline.screening.screen import plan_night, reported, screen_buckets
from tests.command import AS_OF, b12, run

pytestmark = pytest.mark.slow

PACK = (PROTOCOL / "praxis-2026.yaml").read_text(encoding="utf-8")
EDITS = [  # asked one after the other
    ({"b12.low": "200"}, {"below: 180}": "below: 200}", "from: 180,": "from: 200,"}),
    ({"mma.not_raised": "376"}, {"to: 271}": "to: 376}", "above: 271}": "above: 376}"}),
    ({"b12.borderline": 500, "neuro_300.yes": 350},
     {"to: 350}": "to: 500}", "above: 350}": "above: 500}", '"yes", below: 300': '"yes", below: 350', '"no", from: 300': '"no", from: 350'}),
    ({"b12.low_molar_only": "250.5"}, {"203.3055": "250.5"}),
    ({"settings.tested_months": 36, "settings.metformin_months": 8},
     {"tested_months:                  {value: 12,": "tested_months: {value: 36,", "metformin_months:               {value: 4,": "metformin_months: {value: 8,"}),
    ({}, {}),
]  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated")
    b12(folder, "demo", "--patients", 600, "--out", folder / "demo", "--seed", 3, "--as-of", AS_OF)
    run(folder / "home", folder / "demo")
    return Home(folder / "home")


@pytest.fixture(scope="module")
def simulation(home):
    found = Simulation(home)
    yield found
    found.close()
    assert list(home.work.iterdir()) == []


def test_of_a_home_that_can_only_be_read_it_is_asked_too(home, simulation, tmp_path, monkeypatch):
    "As the api-server sees it. What spills goes into a temporary folder of its owner's alone, which goes with it"
    asked, before = simulation.what_if({"b12.low": "200"}), sorted(home.root.rglob("*"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name, is_written in (
        ("mkdir", lambda *_: True),
        ("open", lambda flags=0, *_: flags & os.O_CREAT),
    ):

        def of_readers(path, *more, called=getattr(os, name), is_written=is_written, **named):
            if (
                not isinstance(path, int)
                and Path(path).is_relative_to(home.root)
                and is_written(*more)
            ):
                raise OSError(errno.EROFS, "Read-only file system", str(path))
            return called(path, *more, **named)

        monkeypatch.setattr(os, name, of_readers)
    monkeypatch.setattr(os, "access", lambda path, _: False)
    with closing(Simulation(home)) as found:
        [own] = tmp_path.iterdir()
        assert own.stat().st_mode & 0o777 == 0o700
        assert found.what_if({"b12.low": "200"}) == asked
    assert list(tmp_path.iterdir()) == [] and sorted(home.root.rglob("*")) == before


def edited(folder, replacements):
    text = PACK
    for old, new in replacements.items():
        assert old in text
        text = text.replace(old, new)
    (folder / "edited.yaml").write_text(text, encoding="utf-8")
    return load(folder / "edited.yaml")


@pytest.mark.parametrize(("changes", "replacements"), EDITS, ids=str)
def test_it_equals_a_whole_screen_under_an_edited_pack(
    home, simulation, tmp_path, changes, replacements
):
    found = simulation.what_if(changes)
    plan = RunPlan(edited(tmp_path, replacements), simulation.as_of)
    night = plan_night(home, tmp_path, plan)
    screen_buckets(home, tmp_path, night, plan)
    with reported(home, tmp_path, night, plan) as screened:
        con = screened.con
        for relation in ("screening.assessment", "screening.worklist"):
            wanted = con.execute(f"select * from {relation} order by patient_id").fetchall()
            assert (
                simulation._con.execute(f"select * from {relation} order by patient_id").fetchall()
                == wanted
            )
        wanted = dict(
            con.execute("select priority, count(*) from screening.worklist group by 1").fetchall()
        )
    assert {number: count for number, count in found["then"]["priority"].items() if count} == wanted
    assert found["then"]["worklist"] == sum(wanted.values())
    assert bool(changes) == (found["now"] != found["then"])


def test_who_moves_adds_up(simulation):
    found = simulation.what_if({"b12.borderline": 700})
    moved = found["moved"]
    assert found["then"]["worklist"] - found["now"]["worklist"] == moved["come"] - moved["leave"]
    assert moved["come"] > 0
    assert found["changed"] == {"b12.borderline": {"now": "350", "then": "700", "of": "pg/mL"}}


def test_where_patients_come_from_and_go_to_adds_up(simulation):
    "Each way from a row of one action and priority to another, and nothing of those who stay"
    found = simulation.what_if({"b12.borderline": 700, "settings.metformin_months": 12})
    flows, moved = found["flows"], found["moved"]
    came = sum(flow["patients"] for flow in flows if flow["from"] is None)
    left = sum(flow["patients"] for flow in flows if flow["to"] is None)
    assert (came, left) == (moved["come"], moved["leave"]) and came and left
    assert moved["more_urgent"] == sum(
        flow["patients"] for flow in flows
        if flow["from"] and flow["to"] and flow["to_priority"] < flow["from_priority"]
    )  # fmt: skip
    for name in ("now", "then"):
        side, out = ("from", "to") if name == "now" else ("to", "from")
        for action, number in found[name]["action"].items():
            here = [flow for flow in flows if flow[side] == action and flow[out] != action]
            assert sum(flow["patients"] for flow in here) <= number
    for action in {*found["now"]["action"], *found["then"]["action"]}:
        gain = sum(flow["patients"] for flow in flows if flow["to"] == action)
        loss = sum(flow["patients"] for flow in flows if flow["from"] == action)
        now, then = (found[name]["action"].get(action, 0) for name in ("now", "then"))
        assert then - now == gain - loss, action
    assert flows == sorted(flows, key=lambda flow: -flow["patients"])
    assert simulation.what_if({})["flows"] == []


def test_now_is_the_published_worklist(home, simulation):
    latest = home.runs / "latest"
    rows = list(exports.as_shown(latest, exports.published(latest)))
    now = simulation.what_if({"b12.low": 190})["now"]
    assert now["worklist"] == len(rows)
    assert now["priority"] == {
        number: sum(row["priority"] == number for row in rows) for number in (1, 2, 3, 4)
    }
    for name, of in (
        ("action", lambda row: [row["action"]]),
        ("cohort", lambda row: row["cohorts"]),
    ):
        listed = [one for row in rows for one in of(row)]
        assert now[name] == {one: listed.count(one) for one in sorted(set(listed))}


def test_hours_are_minutes_of_every_patient_on_the_worklist(simulation):
    found = simulation.what_if({}, minutes={"visit": 60, "portal": 0})
    assert found["now"]["hours"] == {"visit": found["now"]["worklist"], "portal": 0}
    assert simulation.what_if({})["now"]["hours"]["visit"] == round(
        found["now"]["worklist"] * 8.2 / 60, 1
    )
    assert found["now"]["hours_by_action"] == {
        action: {"visit": number, "portal": 0} for action, number in found["now"]["action"].items()
    }
    assert "PMID 27323792" in found["cites"]


def test_only_what_reads_a_moved_number_is_built_anew(simulation):
    resting = resting_on(simulation._con, BUILT, {"protocol.band"})
    assert "clinical.result" in resting and "screening.worklist" in resting
    assert not {
        "clinical.result_version",
        "clinical.medication_era",
        "clinical.finding",
        "clinical.population",
    } & set(resting)
    assert resting_on(simulation._con, BUILT, set()) == []


def test_a_refused_question_changes_nothing(simulation):
    before = simulation.what_if({})
    with pytest.raises(UsageError):
        simulation.what_if({"b12.low": 1000})
    assert simulation.what_if({}) == before


def test_without_a_run_there_are_no_facts(tmp_path):
    with pytest.raises(UsageError, match="No run has been published"):
        Simulation(Home(tmp_path))


def test_on_the_command_line(home):
    answer = b12(
        home.root,
        "simulate",
        "--set",
        "b12.low=200",
        "mma.not_raised=300",
        "--set",
        "settings.tested_months=24",
        "--format",
        "json",
    )
    assert (answer.code, answer.err) == (0, "")
    assert set(answer.json["changed"]) == {"b12.low", "mma.not_raised", "settings.tested_months"}
    text = b12(home.root, "simulate", "--set", "b12.low=200", "--minutes-visit", "10").out
    for said in (
        "b12.low: 180 → 200 (pg/mL)",
        "priority 1, urgent",
        "low_b12",
        "ORDER_B12",
        "10 minutes per patient (visit)",
        "PMID 27323792",
    ):
        assert said in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "b12.low=180"), (("--set", "b12.low"), "NAME=VALUE"), (("--set", "b12.low=900"), "must stay below"),
        (("--set", "b12.low=190", "--minutes-visit", "-1"), "from 0 to"), (("--set", "b12.low=190", "--minutes-portal", "nan"), "from 0 to"),
    ],
)  # fmt: skip
def test_a_wrong_call_says_what_is_possible(home, arguments, said):
    answer = b12(home.root, "simulate", *arguments)
    assert answer.code == 2 and said in answer.err


NITROUS = """  nitrous_oxide:
    answers:
      - {answer: used, coded: [glossitis, coeliac]}
    otherwise: none
    not_loaded: not_loaded
"""
ASKED_FIRST = '  - {id: N90, when: {nitrous_oxide: [used], b12_therapy: [none]}, outcome: ORDER_MMA, priority: 3, cites: [OURS], because: "x"}\n'


@pytest.fixture(scope="module")
def another(tmp_path_factory):
    "A pack with another band, a setting, a fact of its own and a rule that asks it, before N28"
    path = tmp_path_factory.mktemp("packs") / "another.yaml"
    text = PACK.replace("pack: praxis-2026", "pack: another").replace("below: 180}", "below: 190}")
    text = text.replace("from: 180,", "from: 190,").replace(
        "\nderived:  ", f"{NITROUS}\nderived:  ", 1
    )
    text = text.replace("  - {id: N28,", f"{ASKED_FIRST}  - {{id: N28,", 1)
    path.write_text(text, encoding="utf-8")
    return load(path)


TWICE = "select combination, fact from screening.known group by all having count(*) > 1"


@pytest.fixture(scope="module")
def ruled(tmp_path_factory):
    "A pack that differs in rules alone: what was decided by the other is no fact of it"
    path = tmp_path_factory.mktemp("packs") / "ruled.yaml"
    text = PACK.replace("pack: praxis-2026", "pack: another")
    text = text.replace("- {id: N26, when", "- {id: N25, when").replace(
        "priority: 4", "priority: 3"
    )
    path.write_text(text, encoding="utf-8")
    return load(path)


@pytest.mark.parametrize("kind", ["another", "ruled"])
def test_under_another_pack_it_finds_what_a_whole_screen_by_that_pack_finds(
    home, kind, request, tmp_path
):
    "Row by row; after a moved number, too; and who moves is listed"
    everyone = "select * from screening.assessment order by patient_id"
    another = request.getfixturevalue(kind)
    with closing(Simulation(home, another)) as found:
        plan = RunPlan(another, found.as_of)
        night = plan_night(home, tmp_path, plan)
        screen_buckets(home, tmp_path, night, plan)
        answer = found.what_if({})
        assert found._con.execute(TWICE).fetchall() == []
        answer = found.what_if({"b12.low": "185"})
        answer = found.what_if({})
        with reported(home, tmp_path, night, plan) as screened:
            assert (
                found._con.execute(everyone).fetchall() == screened.con.execute(everyone).fetchall()
            )
        patients = found.patients()
    assert (answer["protocol_now"], answer["protocol"]) == ("praxis-2026 2.0.0", "another 2.0.0")
    assert len(patients) == sum(flow["patients"] for flow in answer["flows"]) > 0
    come = [row for row in patients if row["action_now"] is None]
    assert len(come) == answer["moved"]["come"]
    assert all(row["priority_now"] is None and row["priority_then"] for row in come)
