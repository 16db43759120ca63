"Every verified row of the specification's codes (tests/data/codes/codes.csv) stands in protocol/, and no unverified one does."

import csv
from pathlib import Path

import pytest

from pipeline.core import PROTOCOL
from pipeline.protocol.tables import code_rows, vocabulary
from tests.clinic import clinic, select

SPECIFIED = Path(__file__).parents[2] / "data" / "codes" / "codes.csv"
OTHER_TABLES = ("UCUM", "HL7v2-0085", "FHIR observation-status")
SPELLED = {"FHIR http://terminology.hl7.org/CodeSystem/diet": "FHIR-DIET"}
SPLIT = {  # the specification's older rows join stages 1 and 2 with "unspecified", which means more
    ("ckd_stage1_2_or_unspecified", "ICD10CM", "N18.9"): "ckd_unspecified",
    ("ckd_stage1_2_or_unspecified", "ICD10CM", "N19"): "ckd_unspecified",
}


def specified(verified):
    with SPECIFIED.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["verified"] == verified]
    for row in rows:
        system = SPELLED.get(row["code_system"], row["code_system"])
        concept = SPLIT.get((row["concept"], system, row["code"]), row["concept"])
        yield concept, system, row["code"]


def held():
    names = [(row["concept"], "NAME", row["name"]) for row in vocabulary("drug_name")]
    return {(concept, system, code) for concept, system, code, *_ in code_rows()} | set(names)


def test_every_verified_code_and_name_stands_in_protocol():
    wanted = {row for row in specified("yes") if row[1] not in OTHER_TABLES}
    assert len(wanted) > 3300
    assert sorted(wanted - held()) == []


def test_an_unverified_row_is_not_used():
    assert sorted(set(specified("no")) & held()) == []


def test_a_code_has_the_concept_that_the_specification_gives_it_and_no_other():
    wanted = {}
    for concept, system, code in specified("yes"):
        wanted.setdefault((system, code), set()).add(concept)
    others = [row for row in held() if row[1:] in wanted and row[0] not in wanted[row[1:]]]
    assert others == [("pernicious_anaemia", "READ2", "D010.00")]  # protocol §6 names it


def test_units_and_status_words_stand_in_tables_of_their_own():
    con = clinic()
    units = {row["spelling"] for row in select(con, "protocol.unit_alias")}
    words = {(row["status"], row["meaning"]) for row in select(con, "protocol.status")
             if row["entity"] == "lab_result"}  # fmt: skip
    meanings = {"use": {"final", "corrected", "finalised"}, "hold": {"held"},
                "ignore": {"cancelled", "not_obtained"}, "retract": {"retracted"}}  # fmt: skip
    for concept, system, code in specified("yes"):
        if system == "UCUM":
            [[key]] = con.execute("select unit_key($1)", [code]).fetchall()
            assert key in units, code
        elif system in OTHER_TABLES:
            found = {meaning for word, meaning in words if word == code.lower().replace("-", " ")}
            assert found & meanings[concept.removeprefix("result_status_")], (concept, code)


@pytest.mark.parametrize(
    "path", sorted((PROTOCOL / "codes").glob("*.csv")), ids=lambda path: path.stem
)
def test_each_row_has_a_source_and_a_meaning_and_stands_there_once(path):
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    key = 2 if path.name == "drug_names.csv" else 3
    assert len({tuple(row[:key]) for row in rows}) == len(rows)
    if path.name != "drug_names.csv":
        assert [row for row in rows if not all(map(str.strip, row)) or len(row) != len(head)] == []
