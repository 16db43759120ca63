"""What arrives later: corrections and retractions in any order, merges and their undoing, full refreshes."""

import json
from itertools import permutations

import pytest

from tests.command import AS_OF, assessments, b12, deliver, run
from tests.homes import LOW

RESULT = {**LOW, "patient_id": "ann", "result_id": "r1", "collected_at": "2026-01-05"}
STEPS = {
    "first": {"lab_result": [{**RESULT, "reported_at": "2026-01-05T10:00:00Z"}]},
    "corrected": {
        "lab_result": [
            {**RESULT, "value": "400", "status": "corrected", "reported_at": "2026-01-07T10:00:00Z"}
        ]
    },
    "retracted": {
        "lab_result": [
            {
                **RESULT,
                "value": "",
                "status": "entered-in-error",
                "reported_at": "2026-01-09T10:00:00Z",
            }
        ]
    },
}


@pytest.mark.parametrize("order", list(permutations(STEPS)), ids=" ".join)
def test_a_correction_and_a_retraction_in_any_order_of_arrival(tmp_path, order):
    home = tmp_path / "home"
    for place, name in enumerate(order):
        assert (
            b12(
                home,
                "ingest",
                deliver(tmp_path / str(place), **STEPS[name]),
                "--source",
                "canonical",
            ).code
            == 0
        )
    assert b12(home, "screen", "--as-of", AS_OF).code == 0
    assert assessments(home)["ann"]["b12"] == "never"


def test_each_night_follows_what_came_and_the_diff_names_the_row_that_withdrew(tmp_path):
    home = tmp_path / "home"
    bands = []
    for name, rows in STEPS.items():
        run(home, deliver(tmp_path / name, **rows))
        bands.append(assessments(home)["ann"]["b12"])
    assert bands == ["low", "above", "never"]
    nights = [row["run_id"] for row in b12(home, "runs", "--format", "json").json]
    [change] = b12(home, "diff", nights[2], nights[0], "--format", "json").json
    assert (change["change"], change["patient_id"], change["priority_before"]) == (
        "resolved",
        "ann",
        2,
    )
    assert "result withdrawn by lab_result.csv:2" in change["because"]
    assert "1 resolved" in b12(home, "diff", nights[2], nights[0]).out
    unknown = b12(home, "diff", "../../etc", "latest")
    assert unknown.code == 2 and "b12 runs" in unknown.err


def test_the_worklist_follows_a_merge_and_its_undoing_and_evidence_keeps_its_own_id(tmp_path):
    home = tmp_path / "home"
    run(home, deliver(tmp_path / "1", patient=[{"patient_id": one, "birth_date": "1950-01-01", "merged_into": ""} for one in ("ann", "bea")],
                      lab_result=[{**RESULT, "patient_id": "bea"}]))  # fmt: skip
    assert set(assessments(home)) == {"ann", "bea"}
    run(
        home,
        deliver(
            tmp_path / "2",
            patient=[{"patient_id": "bea", "birth_date": "1950-01-01", "merged_into": "ann"}],
        ),
    )
    assert {patient: row["b12"] for patient, row in assessments(home).items()} == {"ann": "low"}
    evidence = next(
        fact
        for fact in b12(home, "explain", "ann", "--format", "json").json["facts"]
        if fact["fact"] == "b12"
    )["evidence"]
    assert evidence[0]["file"] == "lab_result.csv"
    run(
        home,
        deliver(
            tmp_path / "3",
            patient=[
                {
                    "patient_id": "bea",
                    "birth_date": "1950-01-01",
                    "site": "north",
                    "merged_into": "",
                }
            ],
        ),
    )
    assert {patient: row["b12"] for patient, row in assessments(home).items()} == {
        "ann": "never",
        "bea": "low",
    }


def test_an_extract_without_the_column_says_nothing_of_merges_deaths_and_opting_out(tmp_path):
    home = tmp_path / "home"
    rows = [{"patient_id": "ann", "birth_date": "1950-01-01", "opted_out": "true"}, {"patient_id": "bea", "merged_into": "cat"},
            {"patient_id": "dan", "deceased_on": "2025-01-01"}]  # fmt: skip
    run(home, deliver(tmp_path / "1", patient=rows))
    run(
        home,
        deliver(
            tmp_path / "2",
            patient=[
                {"patient_id": one, "birth_date": "1951-01-01"} for one in ("ann", "bea", "dan")
            ],
        ),
    )
    assert {patient: row["scope"] for patient, row in assessments(home).items()} == {
        "ann": "opted_out",
        "cat": "in_scope",
        "dan": "deceased",
    }


def test_a_recorded_time_decides_in_any_order_of_arrival(tmp_path):
    told = [
        {"patient_id": "ann", "opted_out": word, "recorded_at": f"2026-01-0{day}T00:00:00Z"}
        for day, word in ((1, "true"), (5, "false"))
    ]
    for place, order in enumerate((told, told[::-1])):
        home = tmp_path / str(place)
        for number, row in enumerate(order):
            run(home, deliver(tmp_path / f"{place}-{number}", patient=[row], lab_result=[RESULT]))
        assert assessments(home)["ann"]["scope"] == "age_unknown"


@pytest.fixture
def snapshots(tmp_path):
    profile = tmp_path / "full.yaml"
    profile.write_text(
        "extends: canonical\nprofile: full\nsnapshot: '_(\\d{8})'\n", encoding="utf-8"
    )

    def ingest(name, rows):
        folder = deliver(tmp_path / name, lab_result=rows)
        (folder / "lab_result.csv").rename(folder / f"lab_result_{name}.csv")
        return b12(tmp_path / "home", "ingest", folder, "--source", profile, "--format", "json")

    return tmp_path / "home", ingest


def test_of_a_full_refresh_only_the_newest_snapshot_is_in_force_in_any_order_of_arrival(
    snapshots,
):
    home, ingest = snapshots
    gone = {**RESULT, "patient_id": "bea", "result_id": "r2"}
    ingest("20260105", [RESULT, gone])
    [account] = ingest("20260106", [RESULT]).json
    assert (account["accepted"], account["duplicates"]) == (1, 0), (
        "the same row again is not a duplicate: its snapshot stands alone"
    )
    assert b12(home, "screen", "--as-of", AS_OF).code == 0
    assert set(assessments(home)) == {"ann"}
    ingest("20260104", [gone])
    assert b12(home, "screen", "--as-of", AS_OF).code == 0
    assert set(assessments(home)) == {"ann"}
    assert b12(home, "reingest").code == 0
    assert b12(home, "screen", "--as-of", AS_OF).code == 0
    assert set(assessments(home)) == {"ann"}


@pytest.mark.gates
def test_a_full_refresh_that_came_cut_short_publishes_nothing_and_the_next_whole_one_does(
    snapshots,
):
    home, ingest = snapshots
    everybody = [
        {**RESULT, "patient_id": f"p{number}", "result_id": f"r{number}"} for number in range(120)
    ]
    ingest("20260105", everybody)
    assert b12(home, "screen", "--as-of", AS_OF).code == 0
    before = (home / "runs" / "latest").resolve()
    ingest("20260106", everybody[:50])
    answer = b12(home, "screen", "--as-of", AS_OF)
    assert answer.code == 11
    assert "of the patients of the last run are gone from the data" in answer.err
    assert (home / "runs" / "latest").resolve() == before
    ingest("20260107", everybody[:118])
    assert b12(home, "screen", "--as-of", AS_OF).code == 0
    assert len(assessments(home)) == 118


def test_a_snapshot_whose_name_does_not_say_which_is_refused(snapshots):
    _, ingest = snapshots
    answer = ingest("latest", [RESULT])
    assert answer.code == 10
    assert "the day of the snapshot" in answer.json[0]["refused"]


def test_what_was_said_before_and_taken_back_can_be_said_again(tmp_path):
    home = tmp_path / "home"
    for number, word in enumerate(("true", "false", "true")):
        rows = [
            {"patient_id": "ann", "birth_date": "1950-01-01", "opted_out": word},
            {"patient_id": f"other{number}"},
        ]
        run(home, deliver(tmp_path / str(number), patient=rows))
        assert assessments(home)["ann"]["scope"] == {"true": "opted_out", "false": "in_scope"}[word]


def test_a_file_of_the_same_bytes_belongs_to_the_next_snapshot_too(snapshots):
    home, ingest = snapshots
    ingest("20260101a", [RESULT])
    ingest("20260101b", [{**RESULT, "patient_id": "bea"}])
    ingest("20260102a", [RESULT, {**RESULT, "patient_id": "cat"}])
    ingest("20260102b", [{**RESULT, "patient_id": "bea"}])
    assert b12(home, "screen", "--as-of", AS_OF).code == 0
    assert set(assessments(home)) == {"ann", "bea", "cat"}


def test_a_replay_under_a_broken_profile_leaves_the_lake_as_it_was(tmp_path):
    home, profile = tmp_path / "home", tmp_path / "mine.yaml"
    profile.write_text("extends: canonical\nprofile: mine\n")
    assert (
        b12(home, "ingest", deliver(tmp_path / "in", lab_result=[RESULT]), "--source", profile).code
        == 0
    )
    [kept] = (home / "sources").rglob("mine.yaml")
    kept.write_text(
        "extends: canonical\nprofile: mine\ncolumns: {lab_result: {required: {patient_id: NUMBER}}}\n"
    )
    answer = b12(home, "reingest")
    assert answer.code == 12 and "The lake was not changed" in answer.err
    kept.write_text("extends: canonical\nprofile: mine\n")
    assert b12(home, "reingest").code == 0
    assert b12(home, "screen", "--as-of", AS_OF).code == 0
    assert set(assessments(home)) == {"ann"}


def test_components_of_one_resource_that_share_a_line_are_rows_of_their_own(tmp_path):
    def observation(*parts):
        component = [
            {
                "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
                "valueQuantity": {"value": value, "unit": unit},
            }
            for code, value, unit in parts
        ]
        return {"resourceType": "Observation", "id": "o1", "status": "final", "subject": {"reference": "Patient/ann"}, "code": {"text": "panel"},
                "effectiveDateTime": "2026-01-05", "component": component}  # fmt: skip

    home, b12_part, mma = tmp_path / "home", ("2132-9", 150, "pg/mL"), ("13964-2", 400, "nmol/L")
    for number, parts in enumerate(((b12_part,), (b12_part, mma))):
        (tmp_path / f"{number}.ndjson").write_text(
            json.dumps(observation(*parts)) + "\n" + json.dumps({"resourceType": "Basic"}) + "\n"
        )
        answer = b12(
            home, "ingest", tmp_path / f"{number}.ndjson", "--source", "fhir_r4", "--format", "json"
        )
    assert (answer.json[0]["accepted"], answer.json[0]["duplicates"]) == (1, 1)
    assert b12(home, "screen", "--as-of", AS_OF).code == 0
    assert {name: assessments(home)["ann"][name] for name in ("b12", "mma")} == {
        "b12": "low",
        "mma": "raised_renal_unknown",
    }


def test_a_deleted_patient_leaves_the_list_and_the_reason_is_told(tmp_path):
    home, day = tmp_path / "home", "2026-01-31"
    first = deliver(
        tmp_path / "1",
        patient=[{"patient_id": "p", "birth_date": "1950-01-01"}],
        lab_result=[{"patient_id": "p", **LOW}],
    )
    run(home, first, as_of=day)
    assert assessments(home)["p"]["priority"] == 2
    run(
        home, deliver(tmp_path / "2", patient=[{"patient_id": "p", "status": "deleted"}]), as_of=day
    )
    row = assessments(home)["p"]
    assert (row["next_step"], row["priority"], "PATIENT_DELETED" in row["flags"]) == (
        "EXCLUDED",
        0,
        True,
    )
