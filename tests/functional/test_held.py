"""Nights that a gate warned of wait for a steward; past nights are screened again; a key publishes once."""

import json
from contextlib import suppress

import pytest

from pipeline import lake, run, worklist
from pipeline.core.config import Home
from pipeline.core.errors import UsageError
from pipeline.operations.doctor.state import of_state
from pipeline.quality.outcome import Outcome
from tests.command import AS_OF, b12, deliver, latest
from tests.homes import copied

STILL = {"asked_by": "scheduled__2026-01-31", "hold_warned": True}
WARNING = Outcome(
    suite="reporting.new_rejection", expectation="expect_column_values_to_be_between", column="share", severity="warning",
    outcome="failed", observed=None, threshold="max 0.05", rows_checked=1, rows_failed=1, note="Too many.", todo="Look.",
)  # fmt: skip


def results(count, first=0, unknown=0):
    "B12 results of so many patients, and so many rows that name no patient"
    rows = [
        {
            "patient_id": f"P{number}",
            "code": "2132-9",
            "value": 180 + number % 30 * 20,
            "unit": "pg/mL",
            "collected_at": "2026-01-28",
            "result_id": f"R{number}",
        }
        for number in range(first, first + count)
    ]
    return rows + [
        {**rows[0], "patient_id": "", "result_id": f"lost{first + number}"}
        for number in range(unknown)
    ]


def patients(count, first=0):
    return [
        {"patient_id": f"P{number}", "birth_date": "1960-01-01", "sex": "female"}
        for number in range(first, first + count)
    ]


@pytest.fixture(scope="module")
def ingested(tmp_path_factory):
    "A home with one delivery of which a gate warns: one in ten rows names no patient"
    folder = tmp_path_factory.mktemp("ingested")
    files = deliver(folder / "in", patient=patients(40), lab_result=results(40, unknown=5))
    assert b12(folder / "home", "ingest", files, "--source", "canonical").code == 0
    return folder / "home"


@pytest.fixture(scope="module")
def warned(ingested, tmp_path_factory):
    "That home, of which a night is held, and what was said of the night"
    home = Home(copied(ingested, tmp_path_factory.mktemp("warned") / "home"))
    done = run.screen_population(home, AS_OF, **STILL)
    assert (done.state, done.published) == ("held", False)
    assert any(
        "reporting.new_rejection" in said and "missing_patient_id" in said for said in done.warned
    )
    return home.root, done


@pytest.fixture
def home(request, tmp_path, stub_gates_unless_marked, monkeypatch):
    "A copy of the ingested home, of which a gate warns; with `held` among what a test asks for, the night is screened and held"
    monkeypatch.setattr("pipeline.quality.run_suites", lambda con, **_: ([WARNING], []))
    source = (
        request.getfixturevalue("warned")[0]
        if "held" in request.fixturenames
        else request.getfixturevalue("ingested")
    )
    return Home(copied(source, tmp_path / "home"))


@pytest.fixture
def held(warned):
    "The id of the night that is held"
    return warned[1].run_id


def runs(home):
    return {one["run_id"]: one["state"] for one in b12(home.root, "runs", "--format", "json").json}


def latest_manifest(home, name):
    return json.loads((home.runs / name / "manifest.json").read_text())


def audited(home):
    store = worklist.open_store(home)
    return [
        (one["who"], one["detail"]) for one in worklist.accesses(store) if one["what"] == "approval"
    ]


def test_a_warned_night_is_held_and_nothing_of_it_is_seen(home, held):
    assert not (home.runs / "latest").exists()
    assert runs(home) == {held: "held"}
    assert latest_manifest(home, f".held-{held}")["warned"]
    assert "No run has been published" in b12(home.root, "worklist").err
    assert b12(home.root, "diff", held, "latest").code == 2


def test_without_being_asked_to_hold_a_warned_night_is_published(home):
    assert b12(home.root, "screen", "--as-of", AS_OF).code == 0
    assert list(runs(home).values()) == ["published"]


@pytest.mark.gates
def test_a_night_without_warning_is_not_held(tmp_path):
    home = Home(tmp_path / "home")
    folder = deliver(tmp_path / "in", patient=patients(40), lab_result=results(40))
    assert (
        b12(
            home.root, "run", folder, "--source", "canonical", "--as-of", AS_OF, "--hold-warned"
        ).code
        == 0
    )
    assert list(runs(home).values()) == ["published"]


@pytest.mark.gates
@pytest.mark.parametrize(("in_doubt", "state"), [(1, "published"), (3, "held")])
def test_a_few_patients_in_doubt_are_reported_and_many_hold_the_night(tmp_path, in_doubt, state):
    "Each carries its own flag; more than one in a hundred point to a source that mixes them up"
    home = Home(tmp_path / "home")
    twice = [row | {"birth_date": "1971-05-05"} for row in patients(in_doubt)]
    folder = deliver(tmp_path / "in", patient=patients(200) + twice, lab_result=results(200))
    arguments = ("--source", "canonical", "--as-of", AS_OF, "--hold-warned")
    assert b12(home.root, "run", folder, *arguments).code == (11 if state == "held" else 0)
    [(run_id, found)] = runs(home).items()
    assert found == state
    manifest = latest_manifest(home, run_id if state == "published" else f".held-{run_id}")
    assert any("two birth dates" in said for said in manifest["warned"])


def test_a_steward_publishes_it_and_who_when_and_why_are_kept(home, held):
    done = run.decide(
        home, held, is_approved=True, by="Sam Steward", because="the rows are of the test patients"
    )
    assert (done.state, (home.runs / "latest").resolve().name) == ("published", held)
    manifest = latest(home.root, "manifest.json")
    assert (
        json.loads(manifest)["published"]
        and json.loads(manifest)["approval"]["by"] == "Sam Steward"
    )
    assert audited(home) == [
        ("Sam Steward", f"{held} published: the rows are of the test patients")
    ]
    store = worklist.open_store(home)
    assert worklist.followed_run(store)["run_id"] == held


def test_the_command_line_holds_and_decides(home):
    answer = b12(home.root, "screen", "--as-of", AS_OF, "--hold-warned")
    assert answer.code == 11 and "is held" in answer.err
    (name,) = runs(home)
    assert name in answer.err
    assert b12(home.root, "decide", name, "publish").code == 2  # without a reason
    answer = b12(home.root, "decide", name, "publish", "--because", "looked at it", "--by", "sam")
    assert answer.code == 0 and f"{name}: published" in answer.out
    assert audited(home) == [("sam", f"{name} published: looked at it")]


def test_a_discarded_night_leaves_its_counts_and_no_patient(home, held):
    done = run.decide(home, held, is_approved=False, by="nobody", because="no answer in time")
    assert done.state == "discarded" and runs(home) == {held: "discarded"}
    assert not (home.runs / "latest").exists()
    assert sorted(path.name for path in (home.runs / held).iterdir()) == [
        "manifest.json",
        "protocol",
        "quality.json",
        "report.json",
        "validation.json",
    ]
    assert b"P1" not in b"".join(path.read_bytes() for path in (home.runs / held).rglob("*.*"))


def test_the_first_decision_stands(home, held):
    run.decide(home, held, is_approved=False, by="sam", because="no")
    assert run.decide(home, held, is_approved=True, by="tom", because="yes").state == "discarded"
    assert len(audited(home)) == 1
    with pytest.raises(UsageError, match="The run 2020 is not waiting"):
        run.decide(home, "2020", is_approved=True, by="tom", because="yes")


def test_a_newer_published_run_is_not_moved_back(home, held):
    newer = run.screen_population(home, AS_OF).run_id
    assert run.decide(home, held, is_approved=True, by="sam", because="fine").state == "superseded"
    assert (home.runs / "latest").resolve().name == newer
    assert not (home.runs / held / "worklist.csv").exists()


class Killed(BaseException):
    "As kill -9 is: nothing catches it"


@pytest.mark.parametrize("is_approved", [True, False])
@pytest.mark.parametrize("line", ["folder.replace", "unlink", "show", "follow"])
def test_a_decision_is_finished_by_the_next_process_wherever_it_was_killed(
    home, held, monkeypatch, is_approved, line
):
    def dies(*arguments, **named):
        raise Killed

    place = {
        "folder.replace": "pathlib.Path.replace",
        "unlink": "pathlib.Path.unlink",
        "show": "pipeline.runs.folders.point_latest_to",
        "follow": "pipeline.worklist.follow",
    }[line]
    with monkeypatch.context() as killed:
        if line in ("folder.replace", "unlink"):
            from pipeline.runs.folders import complete_decision

            def killed_within(home, manifest):
                with monkeypatch.context() as within:
                    within.setattr(place, dies)
                    return complete_decision(home, manifest)

            killed.setattr("pipeline.screening.approval.complete_decision", killed_within)
        else:
            killed.setattr(place, dies)
        with suppress(Killed):
            run.decide(home, held, is_approved=is_approved, by="sam", because="looked at it")
    wanted = "published" if is_approved else "discarded"
    assert (
        run.screen_population(home, AS_OF, **STILL).state == wanted
    )  # the task of the same night, tried again
    assert (
        run.decide(home, held, is_approved=not is_approved, by="tom", because="the other way").state
        == wanted
    )
    assert (home.runs / "latest").exists() == is_approved
    assert (home.runs / held / "worklist.csv").exists() == is_approved
    assert [who for who, _ in audited(home)] == ["sam"]
    assert not list(home.runs.glob(".held-*"))


def test_one_key_holds_or_publishes_once_however_often_it_is_asked_for(home, held):
    assert run.screen_population(home, AS_OF, **STILL).run_id == held
    run.decide(home, held, is_approved=True, by="sam", because="fine")
    again = run.screen_population(home, AS_OF, **STILL)
    assert (again.run_id, again.published, again.is_followed) == (held, True, True)
    assert runs(home) == {held: "published"}
    other = run.screen_population(home, AS_OF, asked_by="scheduled__2026-02-01")
    assert other.run_id != held and len(runs(home)) == 2


def test_a_key_whose_gate_was_closed_is_screened_again(home, monkeypatch):
    from pipeline import quality

    real = quality.closing_outcomes
    monkeypatch.setattr("pipeline.quality.closing_outcomes", lambda outcomes: outcomes[:1])
    with pytest.raises(Exception, match="gate"):
        run.screen_population(home, AS_OF, asked_by="one")
    monkeypatch.setattr("pipeline.quality.closing_outcomes", real)
    assert run.screen_population(home, AS_OF, asked_by="one").published
    assert sorted(runs(home).values()) == ["closed", "published"]


def test_a_published_run_that_latest_missed_is_shown_when_its_key_is_asked_for_again(
    home, monkeypatch
):
    with monkeypatch.context() as killed:
        killed.setattr("pipeline.screening.publish.point_latest_to", lambda home, manifest: None)
        done = run.screen_population(home, AS_OF, asked_by="one")
    assert not (home.runs / "latest").exists()
    assert run.screen_population(home, AS_OF, asked_by="one").run_id == done.run_id
    assert (home.runs / "latest").resolve().name == done.run_id


def test_a_past_night_is_screened_again_as_it_was_and_publishes_nothing(home, tmp_path):
    before = run.screen_population(home, AS_OF).run_id
    more = deliver(
        tmp_path / "more", patient=patients(30, first=40), lab_result=results(30, first=40)
    )
    assert b12(home.root, "run", more, "--source", "canonical", "--as-of", "2026-02-01").code == 0
    newest = (home.runs / "latest").resolve().name
    answer = b12(home.root, "screen", "--snapshot", before)
    assert answer.code == 0 and "byte for byte the same as the original" in answer.out
    (again,) = [name for name, state in runs(home).items() if state == "replay"]
    assert (home.runs / again / "worklist.csv").read_bytes() == (
        home.runs / before / "worklist.csv"
    ).read_bytes()
    assert (home.runs / again / "assessment.parquet").exists()
    assert (home.runs / "latest").resolve().name == newest
    store = worklist.open_store(home)
    worklist.follow(home, store)
    assert worklist.followed_run(store)["run_id"] == newest
    assert (
        b12(home.root, "diff", before, again).out.strip()
        in ("", "The two worklists do not differ.")
        or json.loads(b12(home.root, "diff", before, again, "--format", "json").out) == []
    )


def test_another_day_over_a_past_lake_differs_and_says_so(home):
    before = run.screen_population(home, AS_OF).run_id
    answer = b12(home.root, "screen", "--snapshot", before, "--as-of", "2029-01-31")
    assert answer.code == 0 and "different from the original" in answer.out


def test_a_lake_that_is_not_held_any_more_is_not_taken_for_another(home):
    before = run.screen_population(home, AS_OF).run_id
    assert b12(home.root, "reingest").code == 0
    answer = b12(home.root, "screen", "--snapshot", before)
    assert answer.code == 13 and "no longer exist" in answer.err
    after = run.screen_population(home, AS_OF).run_id
    (next(iter((home.lake / "lab_result").glob("*.parquet")))).unlink()
    assert b12(home.root, "screen", "--snapshot", after).code == 13
    assert b12(home.root, "screen", "--snapshot", "2020").code == 2


def test_a_replay_after_compacting_is_the_same(home, tmp_path):
    before = run.screen_population(home, AS_OF).run_id
    for day in range(3):
        assert (
            b12(
                home.root,
                "ingest",
                deliver(tmp_path / f"{day}", lab_result=results(30, first=100 * day)),
                "--source",
                "canonical",
            ).code
            == 0
        )
    lake.compact(home)
    lake.vacuum(home)
    assert run.screen_again(home, before).is_same


def test_a_scheduled_run_does_not_move_latest_back_to_an_earlier_day(home):
    newest = run.screen_population(home, AS_OF).run_id
    old = run.screen_population(
        home, "2026-01-20", asked_by="scheduled__2026-01-20", is_unattended=True
    )
    assert old.published and (home.runs / "latest").resolve().name == newest
    asked = run.screen_population(home, "2026-01-20", asked_by="manual__2026-01-20").run_id
    assert (home.runs / "latest").resolve().name == asked


def test_a_past_day_that_somebody_screened_does_not_supersede_tonight(home, held):
    run.screen_population(home, "2026-01-20")
    assert run.decide(home, held, is_approved=True, by="sam", because="fine").state == "published"


def test_a_year_that_was_mistyped_stands_before_no_night(home, held):
    run.screen_population(home, "2062-02-01")
    assert [
        one.state for one in of_state(home, is_deep=False) if "which is in the future" in one.what
    ] == ["wrong"]
    assert run.decide(home, held, is_approved=True, by="sam", because="fine").state == "published"
    assert (home.runs / "latest").resolve().name == held
    run.screen_population(home, "2062-02-01")
    night = run.screen_population(home, AS_OF, asked_by="scheduled__1", is_unattended=True).run_id
    assert (home.runs / "latest").resolve().name == night
    assert {one.state for one in of_state(home, is_deep=False) if "latest run" in one.what} == {
        "ok"
    }


def test_a_damaged_manifest_is_said(home):
    name = run.screen_population(home, AS_OF).run_id
    (home.runs / name / "manifest.json").write_text("{")
    answer = b12(home.root, "runs")
    assert answer.code == 13 and "manifest.json is damaged" in answer.err
