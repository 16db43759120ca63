"""14,498 real people: every band held against a direct count, once in pg/mL and once in pmol/L as the survey converted it."""

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.command import AS_OF, DATA, adds_up, as_csv, assessments, b12

CYCLES = {"nhanes_2003_2004": ("LBXMMA", "umol/L"), "nhanes_2011_2012": ("LBXMMASI", "nmol/L")}
UNITS = {"pg/mL": "LBXB12", "pmol/L": "LBDB12SI"}
COLLECTED = "2026-01-15T08:00:00Z"
FACTOR = Decimal("1.35537")  # pg/mL in one pmol/L
DISAGREEING = Path(__file__).parent / "nhanes_unit_disagreements.csv"
MMA_CODE, B12_CODES = "13964-2", {"pg/mL": "2132-9", "pmol/L": "14685-2"}


def respondents(cycle):
    with (DATA / "nhanes" / f"{cycle}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def delivery(folder, unit):
    "Both cycles as canonical extracts: who they are, total B12 in one unit, MMA in the cycle's own unit"
    for cycle, (mma, mma_unit) in CYCLES.items():
        people = respondents(cycle)
        results = [
            {
                "patient_id": one["SEQN"],
                "code": code,
                "value": one[column],
                "unit": in_unit,
                "collected_at": COLLECTED,
            }
            for one in people
            for code, column, in_unit in (
                (B12_CODES[unit], UNITS[unit], unit),
                (MMA_CODE, mma, mma_unit),
            )
            if one[column]
        ]
        sexes = {"1": "male", "2": "female"}
        patients = [
            {
                "patient_id": one["SEQN"],
                "birth_date": f"{2025 - int(one['RIDAGEYR'])}-06-30",
                "sex": sexes[one["RIAGENDR"]],
            }
            for one in people
        ]
        (folder / f"patient_{cycle}.csv").write_text(as_csv(patients), encoding="utf-8")
        (folder / f"lab_result_{cycle}.csv").write_text(as_csv(results), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def surveys(tmp_path_factory):
    "One home for each unit"
    found = {}
    for unit in UNITS:
        home = tmp_path_factory.mktemp("nhanes")
        folder = delivery(tmp_path_factory.mktemp("delivery"), unit)
        accounts = b12(home, "ingest", folder, "--source", "canonical", "--format", "json").json
        screened = b12(home, "screen", "--as-of", AS_OF)
        assert screened.code == 0, screened.err
        found[unit] = SimpleNamespace(accounts=accounts, rows=assessments(home))
    return found


def band(value):
    "The bands of protocol.md §2, in plain Python"
    edges = (
        (value < 180, "low"),
        (value < Decimal("203.3055"), "low_molar_only"),
        (value <= 350, "borderline"),
    )
    return next((name for holds, name in edges if holds), "above")


def counted_bands(unit):
    "SEQN to band, straight from the source's files"
    factor = FACTOR if unit == "pmol/L" else 1
    return {
        one["SEQN"]: band(Decimal(one[UNITS[unit]]) * factor) if one[UNITS[unit]] else "never"
        for cycle in CYCLES for one in respondents(cycle)
    }  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_every_row_is_accepted(surveys, unit):
    assert all(adds_up(one) and one["accepted"] == one["rows"] for one in surveys[unit].accounts)
    assert sum(one["rows"] for one in surveys[unit].accounts if one["entity"] == "patient") == 14498


@pytest.mark.parametrize("unit", UNITS)
def test_the_bands_equal_a_direct_count(surveys, unit):
    wanted = counted_bands(unit)
    found = {patient: row["b12"] for patient, row in surveys[unit].rows.items()}
    assert Counter(found.values()) == Counter(wanted.values())
    assert found == wanted


@pytest.mark.parametrize("unit", UNITS)
def test_below_300_equals_a_direct_count(surveys, unit):
    factor = FACTOR if unit == "pmol/L" else 1
    wanted = {one["SEQN"] for cycle in CYCLES for one in respondents(cycle)
              if one[UNITS[unit]] and Decimal(one[UNITS[unit]]) * factor < 300}  # fmt: skip
    assert {
        patient for patient, row in surveys[unit].rows.items() if row["neuro_300"] == "yes"
    } == wanted


def test_the_units_disagree_only_where_the_survey_rounded_across_an_edge(surveys):
    mass, molar = surveys["pg/mL"].rows, surveys["pmol/L"].rows
    found = {patient for patient in mass if mass[patient]["b12"] != molar[patient]["b12"]}
    assert sorted(found) == DISAGREEING.read_text(encoding="utf-8").split()[1:]
    for cycle in CYCLES:
        for one in respondents(cycle):
            if (
                one["SEQN"] in found
            ):  # the survey multiplies by 0.738 and rounds to a tenth or a hundredth
                assert abs(
                    Decimal(one["LBXB12"]) * Decimal("0.738") - Decimal(one["LBDB12SI"])
                ) <= Decimal("0.05")


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("unit", UNITS)
def test_raised_mma_equals_a_direct_count(surveys, unit, cycle):
    column, mma_unit = CYCLES[cycle]
    edge, far = (
        (Decimal("0.271"), Decimal(1)) if mma_unit == "umol/L" else (Decimal(271), Decimal(1000))
    )
    people = respondents(cycle)
    above = {one["SEQN"] for one in people if one[column] and Decimal(one[column]) > edge}
    whatever_kidney = {one["SEQN"] for one in people if one[column] and Decimal(one[column]) > far}
    measured = {one["SEQN"] for one in people if one[column]}
    rows = {one["SEQN"]: surveys[unit].rows[one["SEQN"]] for one in people}
    found = {
        word: {patient for patient, row in rows.items() if row["mma"] == word}
        for word in ("raised", "raised_renal", "raised_renal_unknown", "not_raised")
    }
    assert found == {
        "raised": whatever_kidney, "raised_renal": set(),  # no kidney function was delivered
        "raised_renal_unknown": above - whatever_kidney, "not_raised": measured - above,
    }  # fmt: skip
    assert whatever_kidney < above
