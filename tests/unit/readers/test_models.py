"OMOP and Synthea tables, and a site's own columns, as canonical rows: what is taken from which column, and what is made of what is missing."

import pytest

from pipeline.engine.connection import connect
from pipeline.profiles.files import read_profile
from pipeline.protocol.tables import register_vocabulary
from pipeline.readers.landed import read
from tests.command import as_csv


@pytest.fixture
def landed(tmp_path):
    def land(source, name, rows, entity, home=None):
        path = tmp_path / name
        path.write_text(rows if isinstance(rows, str) else as_csv(rows), encoding="utf-8")
        con = connect()
        register_vocabulary(con)
        con.execute("create schema landing")
        found = read_profile(source, home)
        found = found.for_kind(found.kind_of_file(name))
        read(con, path, profile=found, kind=found.kind_of_file(name), folder=tmp_path)
        cursor = con.execute(f"select * from landing.{entity} order by line")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    return land


def test_omop_births_known_to_the_day_the_month_or_the_year(landed):
    rows = [
        {"year_of_birth": 1950, "month_of_birth": 2, "day_of_birth": 3, "birth_datetime": ""},
        {
            "year_of_birth": "1950.0",
            "month_of_birth": "2.0",
            "day_of_birth": "3.0",
            "birth_datetime": "",
        },
        {"year_of_birth": 1950, "month_of_birth": 2, "day_of_birth": "", "birth_datetime": ""},
        {"year_of_birth": 1950, "month_of_birth": "", "day_of_birth": "", "birth_datetime": ""},
        {
            "year_of_birth": 1950,
            "month_of_birth": 2,
            "day_of_birth": 3,
            "birth_datetime": "1950-02-04 00:00:00",
        },
        {
            "year_of_birth": "nonsense",
            "month_of_birth": "",
            "day_of_birth": "",
            "birth_datetime": "",
        },
    ]
    found = landed(
        "omop_cdm",
        "person.csv",
        [{"person_id": n, "gender_concept_id": 8532, **row} for n, row in enumerate(rows)],
        "patient",
    )
    assert [row["birth_date"] for row in found] == [
        "1950-02-03",
        "1950-02-03",
        "1950-02",
        "1950",
        "1950-02-04",
        "nonsense",
    ]
    assert {
        (row["sex"], row["deceased_on"], row["opted_out"], row["merged_into"]) for row in found
    } == {("female", None, None, None)}


def test_an_omop_death_says_nothing_else(landed):
    [row] = landed("omop_cdm", "DEATH.csv", "PERSON_ID,DEATH_DATE\n7,2025-01-01\n", "patient")
    assert (row["patient_id"], row["deceased_on"], row["birth_date"]) == ("7", "2025-01-01", None)


def test_when_an_omop_exposure_ends(landed):
    rows = [
        {"drug_exposure_end_date": "2025-03-01", "verbatim_end_date": "", "days_supply": ""},
        {"drug_exposure_end_date": "2025-01-01", "verbatim_end_date": "", "days_supply": "0"},
        {
            "drug_exposure_end_date": "2025-01-01",
            "verbatim_end_date": "2025-01-01",
            "days_supply": "",
        },
        {
            "drug_exposure_end_date": "2025-01-31",
            "verbatim_end_date": "2025-02-15",
            "days_supply": "30",
        },
        {"drug_exposure_end_date": "2025-01-01", "verbatim_end_date": "", "days_supply": "30.0"},
        {"drug_exposure_end_date": "", "verbatim_end_date": "", "days_supply": "30"},
    ]
    start = {
        "person_id": 7,
        "drug_concept_id": 1503297,
        "drug_exposure_start_date": "2025-01-01",
        "drug_type_concept_id": 38000177,
    }
    found = landed(
        "omop_cdm", "drug_exposure.csv", [{**start, **row} for row in rows], "medication"
    )
    assert [(row["end_on"], row["days_supply"]) for row in found] == [
        ("2025-03-01", None), (None, None), ("2025-01-01", None), ("2025-02-15", "30"), (None, "30"), (None, "30"),
    ]  # fmt: skip
    assert {(row["code_system"], row["code"], row["status"]) for row in found} == {
        ("RxNorm", "6809", "completed")
    }


def test_what_an_omop_exposure_was_is_told_by_its_type_and_its_route(landed):
    rows = [{"drug_type_concept_id": 38000180, "route_concept_id": 4302612, "route_source_value": ""},
            {"drug_type_concept_id": "", "route_concept_id": 0, "route_source_value": "IM"}]  # fmt: skip
    base = {
        "person_id": 7,
        "drug_concept_id": 0,
        "drug_exposure_start_date": "2025-01-01",
        "drug_source_value": "metformin 500 mg",
    }
    found = landed("omop_cdm", "drug_exposure.csv", [{**base, **row} for row in rows], "medication")
    assert [(row["status"], row["route"]) for row in found] == [
        ("administered", "Intramuscular route"),
        ("completed", "IM"),
    ]
    assert {(row["code_system"], row["code"], row["name"]) for row in found} == {
        ("NAME", "metformin 500 mg", "metformin 500 mg")
    }


def test_omop_conditions_procedures_and_observations(landed):
    condition = {
        "person_id": 7,
        "condition_concept_id": 0,
        "condition_start_date": "2025-01-01",
        "condition_end_date": "2025-02-01",
        "condition_source_value": "X",
    }
    [row] = landed("omop_cdm", "condition_occurrence.csv", [condition], "condition")
    assert (row["code_system"], row["code"], row["onset_on"], row["abated_on"]) == (
        "LOCAL",
        "X",
        "2025-01-01",
        "2025-02-01",
    )
    [row] = landed(
        "omop_cdm",
        "condition_occurrence.csv",
        [{**condition, "condition_end_date": "2025-01-01"}],
        "condition",
    )
    assert row["abated_on"] is None, "an end on the day of the start is the visit's"
    procedure = {
        "person_id": 7,
        "procedure_concept_id": 999999,
        "procedure_date": "2025-01-01",
        "procedure_source_value": "43644",
    }
    [row] = landed("omop_cdm", "procedure_occurrence.csv", [procedure], "procedure")
    assert (row["code_system"], row["code"], row["performed_on"]) == (
        "OMOP",
        "999999",
        "2025-01-01",
    )
    observation = {
        "person_id": 7,
        "observation_id": 3,
        "observation_concept_id": 0,
        "observation_date": "2025-01-01",
        "observation_source_value": "vegan",
    }
    [row] = landed("omop_cdm", "observation.csv", [observation], "condition")
    assert (row["code_system"], row["code"], row["condition_id"]) == (
        "LOCAL",
        "vegan",
        "observation/3",
    )


def test_omop_values_and_units(landed):
    cases = {  # operator, number, as the source wrote it: the value
        ("4171756", "150", ""): "<150", ("", "150.0", "<150"): "<150", ("4172703", "240.500", ""): "240.5", ("", "165.00", "165"): "165",
        ("", "165", "1655"): "165", ("", "", "pending"): "pending", ("4171755", "2000", "2000"): ">=2000", ("", "", ""): None,
        ("4171756", "150", "150"): "<150", ("", "150", "< 150 pg/mL"): "< 150 pg/mL", ("", "150", "&lt;150"): "&lt;150",
        ("0", "150", "150"): "150", ("9999999", "150", "150"): "? 150", ("", "150", "Result: <150"): "Result: <150",
    }  # fmt: skip
    base = {
        "person_id": 7,
        "measurement_concept_id": 3000593,
        "measurement_date": "2026-01-05",
        "unit_concept_id": 8845,
    }
    rows = [
        {
            **base,
            "operator_concept_id": one,
            "value_as_number": number,
            "value_source_value": source,
        }
        for one, number, source in cases
    ]
    assert [
        row["value"] for row in landed("omop_cdm", "measurement.csv", rows, "lab_result")
    ] == list(cases.values())
    units = {
        ("8845", ""): "pg/mL",
        ("8845", "pg/ml"): "pg/ml",
        ("0", "pints"): "pints",
        ("8845", "pmol/L"): "pmol/L",
        ("8845", "pints"): "pg/mL",
        ("", ""): None,
    }
    printed = [None, "pg/mL", None, "pg/mL", None, None]
    rows = [
        {**base, "unit_concept_id": concept, "unit_source_value": source, "value_as_number": "1"}
        for concept, source in units
    ]
    found = landed("omop_cdm", "measurement.csv", rows, "lab_result")
    assert [row["unit"] for row in found] == list(units.values())
    assert [row["unit_printed"] for row in found] == printed
    times = {
        "2026-01-05 08:30:00": "2026-01-05 08:30:00",
        "2026-01-05 00:00:00": "2026-01-05",
        "2026-01-06 08:30:00": "2026-01-05",
        "": "2026-01-05",
    }
    rows = [{**base, "measurement_datetime": at} for at in times]
    assert [
        row["collected_at"] for row in landed("omop_cdm", "measurement.csv", rows, "lab_result")
    ] == list(times.values())


def test_synthea_rows(landed):
    patients = "Id,BIRTHDATE,DEATHDATE,GENDER\na,1950-01-01,,M\nb,1951-01-01,2024-05-05,F\n"
    assert [(row["patient_id"], row["birth_date"], row["deceased_on"], row["sex"]) for row in landed("synthea_csv", "patients.csv", patients, "patient")] == [
        ("a", "1950-01-01", "false", "male"), ("b", "1951-01-01", "2024-05-05", "female"),
    ]  # fmt: skip
    medications = (
        "START,STOP,PATIENT,CODE\n2020-01-01T00:00:00Z,,a,6809\n2020-01-01,2021-01-01,a,6809\n"
    )
    assert [(row["end_on"], row["status"], row["code_system"]) for row in landed("synthea_csv", "medications.csv", medications, "medication")] == [
        (None, "active", "RXNORM"), ("2021-01-01", "completed", "RXNORM"),
    ]  # fmt: skip
    conditions = "START,STOP,PATIENT,SYSTEM,CODE\n2020-01-01,,a,http://hl7.org/fhir/sid/icd-10-cm,G62.9\n2020-01-01,2021-01-01,a,,84027009\n"
    assert [(row["code_system"], row["abated_on"], row["status"]) for row in landed("synthea_csv", "conditions.csv", conditions, "condition")] == [
        ("http://hl7.org/fhir/sid/icd-10-cm", None, "active"), ("SNOMEDCT", "2021-01-01", "resolved"),
    ]  # fmt: skip
    procedures = "DATE,PATIENT,CODE\n2020-01-01,a,1\n"
    assert [
        row["performed_on"]
        for row in landed("synthea_csv", "procedures.csv", procedures, "procedure")
    ] == ["2020-01-01"]
    observations = (
        "DATE,PATIENT,CODE,VALUE,UNITS\n2020-01-01,a,2132-9,165,pg/mL\n2020-01-01,a,QALY,3,a\n"
    )
    assert [(row["code_system"], row["value"], row["unit"]) for row in landed("synthea_csv", "observations.csv", observations, "lab_result")] == [
        ("LOINC", "165", "pg/mL"), ("LOCAL", "3", "a"),
    ]  # fmt: skip


def test_a_column_that_is_there_and_empty_says_no_and_one_that_is_not_says_nothing(landed):
    stated = ("deceased_on", "opted_out", "merged_into")
    [full] = landed(
        "canonical",
        "patient.csv",
        "patient_id,deceased_on,opted_out,merged_into\nann,,,\n",
        "patient",
    )
    assert {name: full[name] for name in stated} == {
        "deceased_on": "false",
        "opted_out": "false",
        "merged_into": "ann",
    }
    [bare] = landed(
        "canonical", "patient.csv", "patient_id,birth_date\nann,1950-01-01\n", "patient"
    )
    assert {name: bare[name] for name in stated} == dict.fromkeys(stated)


def test_a_sites_columns_words_defaults_and_dates(landed, tmp_path):
    (tmp_path / "mine.yaml").write_text("""
        extends: example_site
        profile: mine
        defaults: {lab_result: {specimen: serum}}
        words: {birth_date: {"01/01/1900": ""}}
        columns: {lab_result: {date_order: ymd, dialect: {delimiter: ","}}}
    """)
    mine = str(tmp_path / "mine.yaml")
    patients = landed(
        mine,
        "stammdaten.csv",
        "PATNR;GEBDAT;GESCHLECHT\n1;01/01/1900;w\n2;31/12/1950;x\n",
        "patient",
    )
    assert [(row["birth_date"], row["sex"]) for row in patients] == [
        (None, "female"),
        ("1950-12-31", "x"),
    ]
    header = "PATNR,ANALYSE,ERGEBNIS,EINHEIT,ENTNAHMEDATUM,ENTNAHMEZEIT,MATERIAL,STATUS\n"
    results = landed(
        mine,
        "labor.csv",
        header + "1,B12S,165,pg/ml,20260105,0830,,E\n2,B12S,165,pg/ml,2026/01/05,,Urin,\n",
        "lab_result",
    )
    assert [(row["collected_at"], row["specimen"], row["status"], row["code_system"]) for row in results] == [
        ("2026-01-05T08:30", "serum", "final", "LOCAL"), ("2026-01-05", "urine", None, "LOCAL"),
    ]  # fmt: skip


def test_a_default_fills_what_any_format_leaves_empty_and_overrules_nothing(landed, tmp_path):
    (tmp_path / "mine.yaml").write_text(
        "extends: omop_cdm\nprofile: mine\ndefaults: {lab_result: {specimen: serum, collected_at: 1900-01-01}}\n"
    )
    rows = [
        {
            "person_id": 7,
            "measurement_concept_id": 3000593,
            "measurement_date": "2026-01-05",
            "value_as_number": 1,
            "unit_source_value": "pg/mL",
        }
    ]
    [row] = landed(str(tmp_path / "mine.yaml"), "measurement.csv", rows, "lab_result")
    assert (row["specimen"], row["collected_at"]) == ("serum", "2026-01-05")
