"""Searching the codes of the protocol, and checking which of a site's codes it knows."""

import csv
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.protocol.tables import vocabulary
from tests.command import b12, deliver

SITE = """Domain,Code,Vocabulary,Description,Count,MRN
Drug,6809,RxNorm,metformin,120,x1
Drug,,,Hydroxocobalamin 1 mg amps,12,x1
Drug,A1,LOCAL,metfromin 850 mg tab,9,x1
Drug,6313,RXNORM,leucovorin,2,x1
Condition,z3a.20,ICD10CM,20 weeks,3,x1
,E09.42,ICD10,neuropathy,3,x1
,Z98.8,ICD10,,3,x1
Procedure,G301,OPCS4,,2,x1
Condition,G301,OPCS4,,1,x1
,2132-8,LOINC,B12,2,x1
Lab,B12S,LAB,Vitamin B12,200,x1
,1.09023E+15,SNOMEDCT,,1,x1
,84027009,,PA,1,x1
,82607,CPT4,B12 assay,1,x1
"""


def found(tmp_path, *words):
    answer = b12(tmp_path, "codes", *words, "--format", "json")
    assert answer.code == 0, answer.err
    return answer.json


@pytest.mark.parametrize(("words", "code"), [
    (["G30.1"], "OPCS4 G30.1"), (["g301"], "OPCS4 G30.1"), (["D51.0", "ICD10"], "ICD10 D51.0"), (["d510", "icd-10"], "ICD10 D51.0"), (["0517-0031-25"], "NDC 005170031*"),
    (["00517003125"], "NDC 005170031*"), (["84027009"], "SNOMEDCT 84027009"), (["Eu00.00"], "READ2 Eu00.*"), (["2132-9"], "LOINC 2132-9"), (["leucovorin", "NAME"], "NAME leucovorin"),
])  # fmt: skip
def test_a_code_is_found_however_it_is_spelled_and_stands_first(tmp_path, words, code):
    first, *_ = found(tmp_path, *words)
    assert f"{first['code_system']} {first['code']}" == code


def test_words_of_names_concepts_and_systems_narrow_the_search(tmp_path):
    every = found(tmp_path, "migraine", "--most", "1000")
    of_read = found(tmp_path, "migraine", "READ2", "--most", "1000")
    assert len(every) > len(of_read) > 10
    assert {row["code_system"] for row in of_read} == {"READ2"}
    assert {row["concept"] for row in found(tmp_path, "gastrectomy_total")} == {"gastrectomy_total"}
    assert {row["concept"] for row in found(tmp_path, "terminal ileum Crohn")} == {"crohn_ileal"}
    assert {row["code_system"] for row in found(tmp_path, "SNOMED CT")} == {"SNOMEDCT"}


def test_it_says_what_a_concept_does_and_shows_only_so_many(tmp_path):
    answer = b12(tmp_path, "codes", "metformin", "--most", "3")
    assert "a risk factor when taken for more than 4 months" in answer.out
    assert "3 of " in answer.out and "--most" in answer.out
    assert "not counted" in b12(tmp_path, "codes", "6313").out
    assert b12(tmp_path, "codes", "metformin", "--most", "0").code == 2
    assert not (tmp_path / "lake").exists()


def test_without_a_text_every_concept_is_listed(tmp_path):
    rows = found(tmp_path)
    known = {row["concept"] for row in vocabulary("concept")}
    assert {row["concept"] for row in rows} <= known and len(rows) > 90
    assert all(row["meaning"] and row["effect"] and row["codes"] for row in rows)


def test_no_match_says_what_to_do(tmp_path):
    answer = b12(tmp_path, "codes", "no such thing")
    assert answer.code == 0
    assert "No code matches no such thing." in answer.out and "b12 unmapped" in answer.out
    assert found(tmp_path, "no such thing") == []


def checked(tmp_path, file):
    answer = b12(tmp_path / "home", "codes", "check", file, "--format", "json")
    assert answer.code == 0, answer.err
    return {(row["entity"], row["code"] or row["name"]): row for row in answer.json}


def site(tmp_path, text=SITE, name="codes.csv", encoding="utf-8"):
    file = tmp_path / name
    file.write_bytes(text.encode(encoding))
    return file


def test_each_code_of_a_site_is_known_a_trap_or_not_known(tmp_path):
    rows = checked(tmp_path, site(tmp_path))
    assert {key: (row["verdict"], row["how"]) for key, row in rows.items()} == {
        ("medication", "6809"): ("known", "RXNORM 6809"),
        ("medication", "Hydroxocobalamin 1 mg amps"): ("known", "the name hydroxocobalamin"),
        ("medication", "A1"): ("not known", None),
        ("medication", "6313"): ("trap", "RXNORM 6313"),
        ("condition", "z3a.20"): ("known", "ICD10CM Z3A*"),
        ("condition", "E09.42"): ("known", "ICD10CM, by the same code"),
        (None, "Z98.8"): ("not known", None),
        ("procedure", "G301"): ("known", "OPCS4 G30.1"),
        ("condition", "G301"): ("not known", None),
        (None, "2132-8"): ("not known", None),
        ("lab_result", "B12S"): ("not known", None),
        (None, "1.09023E+15"): ("not known", None),
        ("condition", "84027009"): ("known", "SNOMEDCT 84027009"),
        ("procedure", "82607"): ("trap", "CPT4 82607"),
    }
    assert rows["lab_result", "B12S"]["proposed"] == "2132-9"
    assert rows["medication", "A1"]["proposed"] == "metformin"
    assert "check digit" in rows[None, "2132-8"]["remark"]
    assert "scientific" in rows[None, "1.09023E+15"]["remark"]
    assert "LAB is not a code system" in rows["lab_result", "B12S"]["remark"]
    assert [row["verdict"] for row in rows.values()][:6] == ["not known"] * 6
    assert next(iter(rows)) == ("lab_result", "B12S"), "the likeliest first"


def test_it_agrees_with_an_ingest(tmp_path):
    "What is known, or a trap that is no order, is accepted; the others are unmapped"
    rows = checked(tmp_path, site(tmp_path))
    coded = [row for row in rows.values() if row["entity"] == "medication"]
    drugs = [{"patient_id": "ann", "code": row["code"] or "", "code_system": row["code_system"] or "", "name": row["name"] or "", "start_on": "2026-01-05"}
             for row in coded]  # fmt: skip
    answer = b12(tmp_path / "home", "ingest", deliver(tmp_path / "in", medication=drugs), "--source", "canonical", "--format", "json")  # fmt: skip
    [account] = answer.json
    unknown = sum(row["verdict"] == "not known" for row in coded)
    assert (account["accepted"], account["skipped"]) == (len(coded) - unknown, {"unmapped_code": unknown})  # fmt: skip


def test_it_says_which_columns_were_understood_and_counts(tmp_path):
    answer = b12(tmp_path / "home", "codes", "check", site(tmp_path))
    assert "Columns: entity = Domain, code_system = Vocabulary, code = Code, name = Description, rows = Count" in answer.out  # fmt: skip
    assert "Not read: MRN" in answer.out and "x1" not in answer.out
    assert "14 codes: 6 known, 2 trap, 6 not known." in answer.out
    assert "5 more: write all with --format csv" in b12(tmp_path / "home", "codes", "check", site(tmp_path), "--most", "1").out  # fmt: skip


def test_other_forms_of_the_list(tmp_path):
    "One column, semicolons in Windows-1252, Parquet with numbers; the result as a CSV file"
    assert checked(tmp_path, site(tmp_path, "code\n84027009\n"))["condition", "84027009"]
    german = site(tmp_path, "Diagnose_Name;ICD10\nPerniziöse Anämie;D51.0\n", encoding="cp1252")
    assert [row["verdict"] for row in checked(tmp_path, german).values()] == ["known"]
    pq.write_table(pa.table({"code": [84027009, None]}), tmp_path / "codes.parquet")
    assert list(checked(tmp_path, tmp_path / "codes.parquet")) == [("condition", "84027009")]
    out = tmp_path / "known.csv"
    assert b12(tmp_path / "home", "codes", "check", site(tmp_path), "--out", out).code == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert len(rows) == 14 and rows[0]["verdict"] == "not known"
    assert json.loads(json.dumps(rows))


@pytest.mark.parametrize("text", ["patient,value\nann,1\n", "", "\x00\x01,\x02\n1,2\n"])
def test_what_is_no_list_of_codes_is_exit_2(tmp_path, text):
    answer = b12(tmp_path / "home", "codes", "check", site(tmp_path, text))
    assert answer.code == 2
    assert "codes.csv" in answer.err and "Traceback" not in answer.err


def test_usage(tmp_path):
    assert b12(tmp_path, "codes", "check", tmp_path / "none.csv").code == 2
    assert b12(tmp_path, "codes", "check", "a", "b").code == 2
