"""Of each public set of samples one person is erased: nothing of them is left under the home, all others keep every row, also after a replay."""

import re

import pytest

from pipeline.core.config import Home
from pipeline.lake.queries import query
from tests.command import DATA, b12
from tests.generative.test_erasure import everything

MEDS = "mimic_iv_demo/MIMIC-IV-DEMO-MEDS"
SAMPLES = {  # source: files
    "meds": [f"{MEDS}/metadata/codes.parquet", f"{MEDS}/data/held_out/*.parquet"],
    "omop_cdm": ["omop_cdm/*.csv"],
    "synthea_csv": ["synthea_csv/*.csv"],
    "fhir_r4": ["fhir_r4/bundles/*.json.gz"],
    "hl7v2": ["hl7v2_oru/*engine_*.hl7"],
}
TABLES = ("patient", "lab_result", "medication", "condition", "procedure", "rejected_row")
OF_A_REPLAY = ("place", "row_key")  # places count what an erasure took out


def rows_by_patient(home):
    "patient -> all rows, as texts"
    found = {}
    for table in TABLES:
        for row in query(Home(home), f"from lake.{table}"):
            told = {name: value for name, value in row.items() if name not in OF_A_REPLAY}
            found.setdefault(row["patient_id"], []).append(f"{table} {told}")
    return {patient: sorted(rows) for patient, rows in found.items()}


def of_most_kinds(rows):
    "The patient with rows of most kinds, and of these with most"
    known = {patient: told for patient, told in rows.items() if patient}
    return max(
        known, key=lambda one: (len({row.split()[0] for row in known[one]}), len(known[one]), one)
    )


def holding(home, patient):
    "Files in which the id stands as a word; short ones are words of much else, so of rows alone"
    mark = re.compile(rb"(?<![\w.-])" + re.escape(patient.encode()) + rb"(?![\w.-])")
    files = [path for path in home.rglob("*") if path.is_file()]
    return sorted(str(path.relative_to(home)) for path in files if mark.search(everything(path)))


@pytest.mark.parametrize("source", SAMPLES)
def test_one_is_erased_and_all_others_stay(source, tmp_path):
    home = tmp_path / "home"
    files = [path for pattern in SAMPLES[source] for path in sorted(DATA.glob(pattern))]
    assert b12(home, "ingest", *files, "--source", source).code == 0
    before = rows_by_patient(home)
    gone = of_most_kinds(before)
    others = {patient: rows for patient, rows in before.items() if patient != gone}
    assert holding(home, gone)
    answer = b12(home, "erase", gone, "--yes")
    assert answer.code == 0, answer.err
    assert rows_by_patient(home) == others
    left = holding(home, gone) if len(gone) > 3 else []
    assert left == re.findall(r"^  (\S+): ", answer.out, re.MULTILINE)
    assert b12(home, "reingest").code == 0
    assert rows_by_patient(home) == others
