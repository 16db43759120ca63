"Of which entity a table is, and which of its columns means what, by names and by cells"

import csv
from pathlib import Path

import pytest

from pipeline.core import ENTITIES
from pipeline.profiles import canonical_tables
from pipeline.sources.guess import guesses_of
from pipeline.sources.sample import Sample

IDS = ["P1", "P2", "P3"]


def table(name, /, **columns):
    return Sample(name, {column: list(cells) for column, cells in columns.items()})


def guess(*samples):
    guesses, system = guesses_of(samples)
    return {each.sample.name: each for each in guesses}, system


def test_the_lists_of_names_hold_canonical_columns_and_entities():
    rows = list(csv.DictReader(Path("sources/column_names.csv").read_text().splitlines()))
    assert all(row["column"] in canonical_tables()[row["entity"]].all for row in rows)
    assert all(row["name"] == row["name"].lower() for row in rows)
    tables = list(csv.DictReader(Path("sources/table_names.csv").read_text().splitlines()))
    assert all(row["entity"] in (*ENTITIES, "") for row in tables)
    assert len({(row["system"], row["table"]) for row in tables}) == len(tables)


@pytest.mark.parametrize(("system", "name", "columns", "entity", "found"), [
    ("MIMIC-IV", "labevents.csv", "labevent_id subject_id itemid charttime value valueuom", "lab_result", {"code": "itemid", "unit": "valueuom", "collected_at": "charttime"}),
    ("MIMIC-IV", "diagnoses_icd.csv", "subject_id hadm_id icd_code icd_version", "condition", {"code": "icd_code", "code_system": "icd_version"}),
    ("Epic Clarity", "ORDER_RESULTS.csv", "PAT_ID ORDER_PROC_ID COMPONENT_ID ORD_VALUE ORD_NUM_VALUE REFERENCE_UNIT RESULT_TIME COMP_OBS_INST_TM", "lab_result",
     {"patient_id": "PAT_ID", "value": "ORD_VALUE", "collected_at": "COMP_OBS_INST_TM", "reported_at": "RESULT_TIME"}),
    ("Epic Clarity", "ORDER_MED.csv", "ORDER_MED_ID PAT_ID MEDICATION_ID START_DATE", "medication", {"code": "MEDICATION_ID", "medication_id": "ORDER_MED_ID"}),
    ("Cerner Millennium", "CLINICAL_EVENT.csv", "PERSON_ID EVENT_CD RESULT_VAL RESULT_UNITS_CD EVENT_END_DT_TM", "lab_result", {"code": "EVENT_CD", "collected_at": "EVENT_END_DT_TM"}),
    ("TPP SystmOne", "CodedEvent.csv", "Patient_ID CTV3Code NumericValue ConsultationDate", "lab_result", {"code": "CTV3Code", "value": "NumericValue"}),
    ("EMIS", "CareRecord_Observation.csv", "PatientGuid CodeId EffectiveDate Value NumericUnit", "lab_result", {"patient_id": "PatientGuid", "unit": "NumericUnit"}),
    ("OpenMRS", "obs.csv", "obs_id person_id concept_id obs_datetime value_numeric value_text", "lab_result", {"value": "value_numeric", "code": "concept_id"}),
    ("i2b2", "observation_fact.csv", "patient_num concept_cd start_date nval_num tval_char units_cd", "lab_result", {"value": "nval_num", "unit": "units_cd"}),
])  # fmt: skip
def test_the_tables_of_known_systems(system, name, columns, entity, found):
    guesses, known = guess(table(name, **dict.fromkeys(columns.split(), ())))
    assert (known, guesses[name].entity) == (system, entity)
    names = {column: guesses[name].columns[column][0] for column in found}
    assert names == found


def test_what_the_names_do_not_say_the_cells_show():
    guesses, _ = guess(
        table("people.csv", mrn=IDS, dob=["1950-01-05"] * 3, sex="mff"),
        table("out1.csv", key=IDS, what=["2132-9"] * 3, many=["165", "170.5", "9"], of=["pg/mL"] * 3, then=["2026-01-05"] * 3),
    )  # fmt: skip
    lab = guesses["out1.csv"]
    assert lab.entity == "lab_result" and lab.system[0] == "LOINC"
    assert {column: name for column, (name, _) in lab.columns.items()} == {
        "patient_id": "key", "code": "what", "value": "many", "unit": "of", "collected_at": "then",
    }  # fmt: skip
    assert lab.columns["patient_id"][1] == "100% of its ids are patients'"


def test_a_name_that_the_cells_contradict_is_no_guess():
    lab = table("lab.csv", patient_id=IDS, code=["2132-9"] * 3, value=["1", "2", "3"], unit=["pg/mL"] * 3, collected_at=["left arm"] * 3)  # fmt: skip
    assert "collected_at" not in guess(lab)[0]["lab.csv"].columns


@pytest.mark.parametrize(("sample", "why"), [
    (table("d_tests.csv", code=["1"], name=["B12"]), "no column of patient ids"),
    (table("beds.csv", patient_id=IDS, ward="abc"), "its columns are those of no extract"),
    (table("vitals_2026.csv", patient_id=IDS, code="abc", value="123", unit="abc", date=["2026-01-05"] * 3), "not needed"),
])  # fmt: skip
def test_what_is_nothing_of_ours(sample, why):
    [found] = guess(sample)[0].values()
    assert (found.entity, found.why) == (None, why)


def test_columns_named_as_analytes_with_the_unit_where_the_name_says_it():
    sample = table("clinic.csv", SEQN=IDS, B12_PGML=["200", "300"], Vitamin_B12_pmol_l=["200"], MMA=["0.3"], LBDB12SI=["150"], b12_note=["low"], day=["2026-01-05"])  # fmt: skip
    found = guess(sample)[0]["clinic.csv"]
    assert found.wide == {
        "B12_PGML": ("2132-9", "pg/mL"), "Vitamin_B12_pmol_l": ("14685-2", "pmol/L"), "MMA": ("13964-2", None), "LBDB12SI": ("14685-2", "pmol/L"),
    }  # fmt: skip
    assert found.columns["patient_id"][0] == "SEQN" and found.columns["collected_at"][0] == "day"


def test_names_stand_for_codes_where_there_are_none():
    sample = table("medications.csv", patient_id=IDS, drug=["metformin"] * 3, start=["2026-01-05"] * 3)  # fmt: skip
    found = guess(sample)[0]["medications.csv"]
    assert found.columns["code"][0] == "drug" and found.doubts


def test_a_column_that_numbers_the_rows_is_never_that_of_patients():
    numbers = [str(number) for number in range(1, 8)]
    events = {
        "LOINC": ["2132-9"] * 7,
        "VALUE": ["165"] * 7,
        "UNITS": ["pg/mL"] * 7,
        "DATE": ["2026-01-05"] * 7,
    }
    guesses, _ = guess(
        table("labs.txt", ID=numbers, PID=["77", "78", "77", "79", "77", "80", "81"], **events)
    )
    assert guesses["labs.txt"].columns["patient_id"][0] == "PID"
    guesses, _ = guess(table("labs.txt", ROW_ID=numbers, ID=numbers, PAT_ID=numbers, **events))
    assert "patient_id" not in guesses["labs.txt"].columns or not guesses["labs.txt"].entity


def test_a_bare_id_is_the_patients_in_a_table_of_patients_alone():
    people = table("patients.csv", id=["12", "15", "99"], dob=["1950-01-05"] * 3, gender="mff")
    drugs = table(
        "meds.csv",
        id=["501", "503", "508"],
        patient=["12", "12", "15"],
        rxnorm=["6809"] * 3,
        start=["2026-01-05"] * 3,
    )
    guesses, _ = guess(people, drugs)
    assert guesses["patients.csv"].columns["patient_id"][0] == "id"
    assert guesses["meds.csv"].columns["patient_id"][0] == "patient"


def test_of_columns_that_case_alone_tells_apart_none_is_read():
    people = table("people.csv", pid=IDS, dob=["1950-01-05"] * 3, gender=["male"] * 3, GENDER="mff")
    guesses, _ = guess(people)
    assert set(guesses["people.csv"].columns) == {"patient_id", "birth_date"}
    assert "the header names gender twice" in guesses["people.csv"].doubts[0]


@pytest.mark.parametrize("column", ["unit", "hospital", "person", "hosp", "nhs"])
def test_a_word_of_another_meaning_is_not_the_column_of_patients(column):
    cells = ["pg/mL"] * 3 if column == "unit" else ["Dr Smith", "Dr Jones", "Dr Smith"]
    table_ = table(
        "labs.csv",
        **{
            "hn": ["77", "78", "79"],
            column: cells,
            "loinc": ["2132-9"] * 3,
            "value": ["165"] * 3,
            "taken": ["2026-01-05"] * 3,
        },
    )
    guesses, _ = guess(table_)
    assert guesses["labs.csv"].columns.get("patient_id", ("",))[0] != column


def test_cells_without_digits_or_of_units_are_not_numbers_of_patients():
    events = {"loinc": ["2132-9"] * 3, "value": ["165"] * 3, "taken": ["2026-01-05"] * 3}
    for cells in (["pg/mL", "nmol/L", "g/dL"], ["Dr Smith", "Dr Jones", "Dr Brown"]):
        guesses, _ = guess(table("labs.csv", patient=cells, mrn=["77", "78", "79"], **events))
        assert guesses["labs.csv"].columns["patient_id"][0] == "mrn"


def test_the_reason_names_the_system_whose_table_it_is():
    columns = "labevent_id subject_id itemid charttime value valueuom"
    guesses, _ = guess(table("labevents.csv", **dict.fromkeys(columns.split(), ())))
    assert guesses["labevents.csv"].why == "a table of MIMIC-IV"


def test_years_are_births_but_no_other_days():
    people = table("people.csv", pid=IDS, yob=["1950", "1971", "2004"], gender="mff")
    guesses, _ = guess(people)
    assert guesses["people.csv"].columns["birth_date"][0] == "yob"
