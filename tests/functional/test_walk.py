"""The walk from delivery to worklist: hostile text, retractions, order and repetition."""

import csv
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.profiles import clean_id
from pipeline.profiles.files import read_profile
from tests.command import AS_OF, assessments, b12, deliver, latest, run
from tests.homes import LOW

CANONICAL = read_profile("canonical").columns
HOSTILE = "'); drop table staging.rejected_row; delete from lake.lab_result; --"


def worklist(home):
    return list(csv.DictReader(io.StringIO(latest(home, "worklist.csv").decode())))


def test_a_cell_that_a_spreadsheet_would_run_is_escaped(tmp_path):
    ids = [
        "=cmd|'/C calc'!A0",
        "+1",
        "-1",
        "@x",
        "=1+1",
        "plain",
        "a=b",
        "'quoted",
        'say "hi", you',
        "line\nbreak",
    ]
    home, folder = (
        tmp_path / "home",
        deliver(tmp_path / "in", lab_result=[{"patient_id": one, **LOW} for one in ids]),
    )
    run(home, folder)
    ids = [clean_id(one) for one in ids]
    found = {row["patient_id"] for row in worklist(home)}
    assert found == {f"'{one}" if one[0] in "=+-@" else one for one in ids}
    assert set(assessments(home)) == set(ids)
    for row in worklist(home):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())
    for out in (
        b12(home, "worklist", "--format", "csv"),
        b12(home, "worklist", "--format", "csv", "--priority", 2),
    ):
        assert {row["patient_id"] for row in csv.DictReader(io.StringIO(out.out))} == found
    assert {row["patient_id"] for row in b12(home, "worklist", "--format", "json").json} == set(ids)
    for one in ids:
        assert b12(home, "explain", one, "--format", "json").json["patient_id"] == one


def test_a_formula_in_any_cell_reaches_no_published_cell(tmp_path):
    rows = {entity: [dict.fromkeys(columns.all, "=cmd|' /C calc'!A0")]
            for entity, columns in CANONICAL.items()}  # fmt: skip
    rows["lab_result"] += [
        {
            "patient_id": "p",
            **LOW,
            "performing_lab": "=lab",
            "comment": "@c",
            "name": "+n",
            "result_id": "-r",
        }
    ]
    rows["medication"] += [
        {
            "patient_id": "p",
            "code": "=metformin",
            "code_system": "NAME",
            "name": "=x",
            "start_on": "2025-01-01",
        }
    ]
    home = tmp_path / "home"
    run(home, deliver(tmp_path / "in", **rows))
    assert "p" in assessments(home)
    for out in (
        latest(home, "worklist.csv").decode(),
        b12(home, "unmapped", "--format", "csv").out,
        b12(home, "rejects", "--format", "csv").out,
    ):
        assert not [
            cell
            for row in csv.reader(io.StringIO(out))
            for cell in row
            if cell.startswith(("=", "+", "-", "@"))
        ]


@pytest.mark.parametrize("entity", CANONICAL)
def test_sql_in_every_field_is_only_text(tmp_path, entity):
    "One row with the text in every field, and one row for each field that is good but for it"
    columns = tuple(CANONICAL[entity].all)
    good = {
        "patient": {"patient_id": "p", "birth_date": "1950-01-01"},
        "lab_result": {"patient_id": "p", **LOW},
        "medication": {
            "patient_id": "p",
            "code": "metformin",
            "code_system": "NAME",
            "start_on": "2025-01-01",
        },
        "condition": {
            "patient_id": "p",
            "code": "vegan",
            "code_system": "LOCAL",
            "onset_on": "2025-01-01",
        },
        "procedure": {
            "patient_id": "p",
            "code": "J3420",
            "code_system": "HCPCS",
            "performed_on": "2025-01-01",
        },
    }
    rows = [
        dict.fromkeys(columns, HOSTILE),
        *({**good[entity], column: HOSTILE} for column in columns),
    ]
    files = {each: [good[each]] for each in CANONICAL} | {entity: [*rows, good[entity]]}
    home, folder = tmp_path / "home", deliver(tmp_path / "in", **files)
    accounts = b12(home, "ingest", folder, "--source", "canonical", "--format", "json").json
    assert all(one["refused"] is None for one in accounts)
    assert {one["entity"]: one["rows"] for one in accounts} == {
        each: len(files[each]) for each in CANONICAL
    }
    assert b12(home, "screen", "--as-of", AS_OF).code == 0
    survivor = (
        clean_id(HOSTILE) if entity == "patient" else "p"
    )  # one of the patient rows says that p was merged into it
    row = assessments(home)[survivor]
    assert (row["b12"], row["b12_value"], row["diet"]) == ("low", 110.0, "strict_vegetarian")
    assert (row["scope"], row["priority"] in (1, 2)) == (
        ("opted_out", False) if entity == "patient" else ("in_scope", True)
    ), "a refusal in no known word"
    assert b12(home, "explain", HOSTILE).code in (0, 2)
    assert b12(home, "erase", HOSTILE, "--yes").code == 0
    assert ("p" in assessments(home)) is (survivor == "p")


def test_sql_in_a_file_name_or_folder_is_only_text(tmp_path):
    home, folder = (
        tmp_path / "ho'me",
        deliver(tmp_path / "in", lab_result=[{"patient_id": "p", **LOW}]),
    )
    (folder / "lab_result.csv").rename(folder / "lab_result'); drop table x; --.csv")
    run(home, folder)
    assert assessments(home)["p"]["b12_source"] == "lab_result'); drop table x; --.csv:2"
    assert b12(home, "explain", "p").code == 0
    assert b12(home, "compact").code == 0


def test_lists_are_lists_in_parquet_and_joined_by_a_bar_in_csv(tmp_path):
    files = {
        "lab_result": [{"patient_id": "p", **LOW}],
        "medication": [
            {
                "patient_id": "p",
                "code": "folic acid",
                "code_system": "NAME",
                "start_on": "2026-01-01",
                "status": "active",
            }
        ],
    }
    home = tmp_path / "home"
    run(home, deliver(tmp_path / "in", **files))
    [row] = pq.read_table(home / "runs" / "latest" / "worklist.parquet").to_pylist()
    assert isinstance(row["flags"], list) and len(row["flags"]) > 1
    assert row["safety"] == ["FOLATE_BEFORE_B12"]
    assert worklist(home)[0]["flags"] == "|".join(row["flags"])
    assert worklist(home)[0]["safety"] == "FOLATE_BEFORE_B12"


def test_a_retracted_result_leaves_the_worklist_the_next_night(tmp_path):
    home = tmp_path / "home"
    rows = [
        {"patient_id": patient, "result_id": f"R-{patient}", "status": "final", **LOW}
        for patient in ("p", "q", "r", "s")
    ]
    run(home, deliver(tmp_path / "monday", lab_result=rows), as_of="2026-01-30")
    assert {row["patient_id"] for row in worklist(home)} == {"p", "q", "r", "s"}
    retracted = [{**rows[0], "status": "entered-in-error", "reported_at": "2026-01-31"}]
    answer = run(home, deliver(tmp_path / "tuesday", lab_result=retracted))
    assert "lab_result.csv: 1 row = 1 accepted" in answer.out
    assert {row["patient_id"] for row in worklist(home)} == {"q", "r", "s"}
    assert assessments(home)["p"]["b12"] == "never"
    assert "retracted" in b12(home, "explain", "p").out


def test_a_corrected_result_counts_from_the_next_night(tmp_path):
    home = tmp_path / "home"
    row = {"patient_id": "p", "result_id": "R", "status": "final", **LOW}
    run(home, deliver(tmp_path / "monday", lab_result=[row]))
    run(
        home,
        deliver(
            tmp_path / "tuesday",
            lab_result=[
                {**row, "status": "corrected", "value": "410", "reported_at": "2026-01-20"}
            ],
        ),
    )
    assert (assessments(home)["p"]["b12"], assessments(home)["p"]["b12_value"]) == ("above", 410.0)


def test_the_order_and_repetition_of_deliveries_do_not_matter(tmp_path):
    row = {"patient_id": "p", "result_id": "R", "status": "final", **LOW}
    nights = [
        [row],
        [{**row, "status": "corrected", "value": "210", "reported_at": "2026-01-20"}],
        [{**row, "patient_id": "q", "result_id": "Q"}],
    ]
    folders = [
        deliver(tmp_path / f"in{place}", **{f"lab_result_{place}": rows})
        for place, rows in enumerate(nights)
    ]
    for name, order in (("forth", (0, 1, 2)), ("back", (2, 1, 0)), ("again", (1, 0, 0, 2, 1))):
        for place in order:
            assert b12(tmp_path / name, "ingest", folders[place], "--source", "canonical").code == 0
        assert b12(tmp_path / name, "screen", "--as-of", AS_OF).code == 0
    assert (
        latest(tmp_path / "forth", "worklist.csv")
        == latest(tmp_path / "back", "worklist.csv")
        == latest(tmp_path / "again", "worklist.csv")
    )
    assert assessments(tmp_path / "forth")["p"]["b12_value"] == 210.0


def test_parquet_extracts_give_the_same_worklist_as_csv(tmp_path):
    rows = [
        {"patient_id": f"p{place}", **LOW, "value": str(100 + 40 * place)} for place in range(8)
    ]
    run(tmp_path / "csv", deliver(tmp_path / "in", lab_result=rows))
    (tmp_path / "in2").mkdir()
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "in2" / "lab_result.parquet")
    run(tmp_path / "parquet", tmp_path / "in2")
    for kept in ("priority", "rule", "b12", "b12_reported"):
        assert [row[kept] for row in worklist(tmp_path / "csv")] == [
            row[kept] for row in worklist(tmp_path / "parquet")
        ]


def test_a_home_may_be_called_anything(tmp_path):
    "A lake names its files by addresses, where a space is %20"
    home = tmp_path / "ä b" / "c d'e"
    run(home, deliver(tmp_path / "in", patient=[{"patient_id": "P1", "birth_date": "1960-01-01"}]))
    assert b12(home, "explain", "P1", "--format", "json").json["patient_id"] == "P1"
    assert b12(home, "reingest").code == 0


def test_a_doubt_about_who_the_patient_is_comes_before_the_recommendation(tmp_path):
    patients = [
        {"patient_id": "p", "birth_date": "1950-01-01", "sex": sex} for sex in ("female", "male")
    ]
    run(
        tmp_path / "home",
        deliver(tmp_path / "in", patient=patients, lab_result=[{"patient_id": "p", **LOW}]),
    )
    told = b12(tmp_path / "home", "explain", "p").out
    assert (
        0
        < told.index("CHECK FIRST: Two birth dates or two sexes")
        < told.index("TREAT_IM_STANDARD")
    )
    assert assessments(tmp_path / "home")["p"]["flags"].count("IDENTITY_CONFLICT") == 1
