"""Cells, in every format: empty words are empty, and what was put around an id is not part of it. Protocol §1."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.engine.connection import connect
from pipeline.profiles import VERBATIM, canonical_tables, landed_columns
from pipeline.profiles.files import read_profile
from pipeline.protocol.tables import register_vocabulary
from pipeline.readers.cells import define_filled
from pipeline.readers.landed import IDS, read
from tests.command import as_csv

NOTHING = (
    "NULL", "null", "Null", "\\N", "(null)", "(NULL)", "None", "NONE", "NaN", "nan", "NaT", "nil", "N/A", "n/a", "#N/A", "NA", "<NA>",
    "", " ", "\t", "\u00a0", "\u200b", "\ufeff", " NULL ",
)  # fmt: skip
DECORATED = {
    "A7": ("A7", " A7", "A 7", "A7\t", "\ufeffA7", "A\u200b7", "A7\u200e", "\u202aA7\u202c", "A\u00a07", "'A7", '="A7"', "A7\u00ad"),
    "70003": ("70003", "70003.0", "70003.00", " 70003.0 ", "'70003", '="70003"', "70 003"),
}  # fmt: skip


@pytest.fixture
def landed(tmp_path):
    def land(name, content, entity, source="canonical", profile=None):
        path = tmp_path / name
        if isinstance(content, pa.Table):
            pq.write_table(content, path)
        else:
            path.write_text(content, encoding="utf-8")
        if profile:
            (tmp_path / "own.yaml").write_text(profile, encoding="utf-8")
            source = str(tmp_path / "own.yaml")
        con = connect()
        register_vocabulary(con)
        con.execute("create schema landing")
        found = read_profile(source)
        kind = found.kind_of_file(name)
        read(con, path, profile=found.for_kind(kind), kind=kind, folder=tmp_path)
        cursor = con.execute(f"select * from landing.{entity} order by line, place")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    return land


@pytest.mark.parametrize("entity", canonical_tables())
def test_an_empty_word_is_null_in_every_column_but_values_and_comments(landed, entity):
    columns = landed_columns(entity)
    rows = [dict.fromkeys(columns, spelling) for spelling in NOTHING]
    said = (
        {"deceased_on": "false", "opted_out": "false", "status": "active"}
        if entity == "patient"
        else {}
    )
    for row, spelling in zip(landed(f"{entity}.csv", as_csv(rows), entity), NOTHING, strict=True):
        word = spelling.strip(" \t\u00a0\u200b\ufeff") or None
        wanted = {name: word if name in VERBATIM else said.get(name) for name in columns}
        assert {name: row[name] for name in columns} == wanted, spelling


@pytest.mark.parametrize(
    ("entity", "column"),
    [
        (entity, name)
        for entity, table in canonical_tables().items()
        for name in table.all
        if name in IDS
    ],
)
@pytest.mark.parametrize("plain", DECORATED)
def test_a_decoration_is_not_part_of_any_id(landed, entity, column, plain):
    columns = canonical_tables()[entity].all
    rows = [dict.fromkeys(columns, "x") | {column: spelling} for spelling in DECORATED[plain]]
    found = landed(f"{entity}.csv", as_csv(rows), entity)
    assert {row[column] for row in found} == {plain}
    assert len({row["row_key"] for row in found}) == 1  # one row, delivered twelve times


def test_a_profile_may_say_which_words_are_empty(landed):
    profile = "profile: own\nextends: canonical\nempty_words: [leer]\n"
    rows = [{"patient_id": "A7", "sex": word} for word in ("leer", "LEER", "NULL", "")]
    found = landed("patient.csv", as_csv(rows), "patient", profile=profile)
    assert [row["sex"] for row in found] == [None, None, "NULL", None]


@pytest.mark.parametrize(
    "code", ['="2132-9"', "'2132-9", "2132-9\u200b", "\ufeff2132-9", " 2132-9 "]
)
def test_a_decoration_is_not_part_of_a_code(landed, code):
    rows = [
        {
            "patient_id": "A7",
            "code": code,
            "value": "1",
            "unit": "pg/mL",
            "collected_at": "2026-01-05",
        }
    ]
    [row] = landed("lab_result.csv", as_csv(rows), "lab_result")
    assert row["code"] == "2132-9"


def test_ids_that_came_as_numbers_of_parquet(landed):
    table = pa.table({"patient_id": [70003.0, 70004.0], "birth_date": ["1960-01-01", None]})
    found = landed("patient.parquet", table, "patient")
    assert [row["patient_id"] for row in found] == ["70003", "70004"]


def test_a_site_that_maps_its_columns(landed):
    profile = (
        "profile: own\nformat: table\ndialect: {delimiter: ';', quote: '\"', encoding: utf-8}\n"
        "files: {patient: ['p.csv']}\ncolumns: {patient: {required: {patient_id: PID}, optional: {merged_into: INTO, opted_out: OUT}}}\n"
    )
    content = 'PID;INTO;OUT\n"=""A7""";NULL;\\N\n70003.0;"\'A7";true\n'
    found = landed("p.csv", content, "patient", profile=profile)
    assert [(row["patient_id"], row["merged_into"], row["opted_out"]) for row in found] == [
        ("A7", "A7", "false"), ("70003", "A7", "true"),
    ]  # fmt: skip


def test_omop_and_synthea(landed):
    person = "person_id,gender_concept_id,year_of_birth,care_site_id\n70003.0,8532,1960,NULL\n"
    [row] = landed("person.csv", person, "patient", source="omop_cdm")
    assert (row["patient_id"], row["birth_date"], row["site"]) == ("70003", "1960", None)
    patients = "Id,BIRTHDATE,DEATHDATE,GENDER\nA\u200b7,1960-01-01,NULL,F\n"
    [row] = landed("patients.csv", patients, "patient", source="synthea_csv")
    assert (row["patient_id"], row["deceased_on"]) == ("A7", "false")
    observations = "DATE,PATIENT,CODE,VALUE,UNITS\n2026-01-05,A7,2132-9,NULL,NULL\n"
    [row] = landed("observations.csv", observations, "lab_result", source="synthea_csv")
    assert (row["value"], row["unit"]) == ("NULL", None)


def test_fhir(landed):
    resources = [
        {"resourceType": "Patient", "id": "A7\u200b", "birthDate": "NULL", "gender": "None"},
        {"resourceType": "Observation", "id": "o 1", "status": "final", "subject": {"reference": "Patient/A7\u200e"},
         "code": {"coding": [{"system": "http://loinc.org", "code": "2132-9\u200b"}]}, "valueString": "NULL"},
    ]  # fmt: skip
    lines = "".join(json.dumps(resource) + "\n" for resource in resources)
    [patient] = landed("a.ndjson", lines, "patient", source="fhir_r4")
    [result] = landed("b.ndjson", lines, "lab_result", source="fhir_r4")
    assert (patient["patient_id"], patient["birth_date"], patient["sex"]) == ("A7", None, None)
    assert (result["patient_id"], result["result_id"], result["code"], result["value"]) == (
        "A7",
        "o1",
        "2132-9",
        "NULL",
    )


def test_hl7(landed):
    message = (
        "MSH|^~\\&|LAB|N|EHR|N|20260116080000||ORU^R01|1|P|2.5.1\rPID|1||A7\u200b^^^N^MR||DOE||NULL|F\r"
        "OBR|1|P1|h 1|2132-9^B12^LN|||20260115090000\rOBX|1|ST|2132-9^B12^LN||NULL|N/A|||||F\r"
    )
    [patient] = landed("m.hl7", message, "patient", source="hl7v2")
    [result] = landed("n.hl7", message, "lab_result", source="hl7v2")
    assert (patient["patient_id"], patient["birth_date"]) == ("A7", None)
    assert (result["accession_id"], result["value"], result["unit"]) == ("h1", "NULL", None)


def test_to_see_whether_a_cell_holds_a_word_for_nothing_no_table_is_joined():
    "With a join for each cell, a statement that keeps the order of its rows runs on one thread"
    con = connect()
    con.execute("create table delivered (cell varchar)")
    con.execute("insert into delivered values ('NULL'), ('n/a'), (''), ('nulls'), ('x')")
    define_filled(con, read_profile("canonical").empty_words)
    select = "select filled(cell) from delivered"
    assert con.execute(select).fetchall() == [(None,), (None,), (None,), ("nulls",), ("x",)]
    assert "JOIN" not in con.execute(f"explain {select}").fetchall()[0][1].upper()
