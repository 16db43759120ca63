"""The shipped profiles on real input: every row accounted for, and one data set the same in every form."""

import csv
import re
import shutil
import zipfile
from datetime import date

import duckdb
import pandas as pd
import pyreadstat
import pytest
import xlsxwriter
import yaml

from pipeline.core import SOURCES
from pipeline.profiles import read_profile
from tests.command import AS_OF, DATA, adds_up, assessments, b12

OMOP = DATA / "omop_cdm"
SITE = DATA / "example_site"
CONTACT = ("name", "phone", "email", "preferred_language", "postcode_area", "registered_clinician")
SYNTHEA = DATA / "synthea_csv"


def accounts(home, *paths, source):
    answer = b12(home, "ingest", *paths, "--source", source, "--format", "json")
    assert answer.code == 0, answer.err
    assert all(adds_up(account) for account in answer.json)
    return {account["file"]: account for account in answer.json}


def test_omop_as_csv_and_as_parquet_are_the_same_rows(tmp_path):
    first = accounts(
        tmp_path / "home",
        OMOP / "CONCEPT.csv",
        *OMOP.glob("[!C]*.csv"),
        OMOP / "CONDITION_OCCURRENCE.csv",
        source="omop_cdm",
    )
    second = accounts(tmp_path / "home", OMOP / "parquet", source="omop_cdm")
    csv_rows = {name.lower().removesuffix(".csv"): account for name, account in first.items()}
    assert len(second) == len(csv_rows) == 6
    for name, account in second.items():
        same = csv_rows[name.removesuffix(".parquet")]
        assert account["accepted"] == 0
        assert (account["rows"], account["duplicates"], account["skipped"]) == (
            same["rows"],
            same["accepted"],
            same["skipped"],
        )
    assert csv_rows["measurement"]["accepted"] == 456
    assert csv_rows["person"]["accepted"] == 28


def test_omop_means_what_its_tables_say(tmp_path):
    "A small OMOP delivery without CONCEPT: operators, units by concept and by spelling, comparators the operator lost, whole numbers as 7.0"
    (tmp_path / "Person.CSV").write_text(
        "PERSON_ID,GENDER_CONCEPT_ID,YEAR_OF_BIRTH,MONTH_OF_BIRTH,DAY_OF_BIRTH\n7.0,8532,1950,2,3\n8,8507,1960,,\n9,8507,1961,5,\n"
    )
    (tmp_path / "measurement.csv").write_text(
        "measurement_id,person_id,measurement_concept_id,measurement_date,measurement_datetime,operator_concept_id,value_as_number,"
        "unit_concept_id,unit_source_value,value_source_value,measurement_source_value\n"
        "1,7,3000593,2026-01-05,2026-01-05 08:30:00,4171756,150,8845,,150,B12\n"
        "2,8,3000593,2026-01-05,2026-01-05 00:00:00,0,150.0,0,pg/mL,<150,B12\n"
        "3,8,3000593,2026-01-06,,4172703,240.500,8845,pmol/L,,B12\n"
        "4,9,3009035,2026-01-06,,,100,8729,,,B12\n"
        "5,9,0,2026-01-06,,,100,8729,,,HOUSE-CODE\n"
        "6,9,3000593,2026-01-07,,,,8845,,pending,B12\n"
    )
    found = accounts(
        tmp_path / "home", tmp_path / "Person.CSV", tmp_path / "measurement.csv", source="omop_cdm"
    )
    assert found["measurement.csv"]["rejected"] == {
        "unit_contradiction": 1,
        "pending_or_cancelled_text": 1,
    }
    assert found["measurement.csv"]["skipped"] == {"unmapped_code": 1}
    assert b12(tmp_path / "home", "screen", "--as-of", AS_OF).code == 0
    rows = assessments(tmp_path / "home")
    assert {patient: (row["b12"], row["b12_reported"]) for patient, row in rows.items()} == {
        "7": ("low", "<150 pg/mL"), "8": ("low", "<150 pg/mL"), "9": ("low", "100 pmol/L"),
    }  # fmt: skip
    assert {row["scope"] for row in rows.values()} == {"in_scope"}


def test_synthea_of_every_column_version(tmp_path):
    "The committed files, and the same with the columns of older and newer versions, give the same accounts"
    now = accounts(tmp_path / "now", SYNTHEA, source="synthea_csv")
    assert {name: account["rows"] for name, account in now.items()} == {
        "patients.csv": 27, "observations.csv": 990, "medications.csv": 663, "conditions.csv": 438, "procedures.csv": 249,
    }  # fmt: skip
    other = tmp_path / "other"
    shutil.copytree(SYNTHEA, other)
    _rewritten(other / "patients.csv", {"Id": "ID"}, drop=("HEALTHCARE_EXPENSES", "FIPS", "INCOME"))
    _rewritten(other / "observations.csv", {}, drop=("CATEGORY", "TYPE"))
    _rewritten(other / "conditions.csv", {}, add={"SYSTEM": "http://snomed.info/sct"})
    _rewritten(other / "procedures.csv", {"START": "DATE"}, drop=("STOP",))
    then = accounts(tmp_path / "now", other, source="synthea_csv")
    assert then.pop("medications.csv")["duplicates"] == 663, "delivered byte for byte again"
    assert {name: account["skipped"] for name, account in then.items()} == {
        name: now[name]["skipped"] for name in then
    }
    assert all(account["accepted"] == 0 for account in then.values()), (
        "what was accepted before is a duplicate now"
    )


def _rewritten(path, renamed, *, drop=(), add=None):
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    kept = [name for name in rows[0] if name not in drop]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*(renamed.get(name, name) for name in kept), *(add or {})])
        writer.writerows([*(row[name] for name in kept), *(add or {}).values()] for row in rows)


def test_the_example_site_in_its_own_words(tmp_path):
    found = accounts(tmp_path / "home", SITE, source="example_site")
    lab = found["labor_2026-01.csv"]
    assert lab["rejected"] == {
        "bad_date": 1,
        "not_a_number": 1,
        "unknown_unit": 1,
        "wrong_scale_unit": 1,
    }
    assert (lab["accepted"], lab["skipped"]) == (5, {"unmapped_code": 2})
    people = found["stammdaten_2026-01.csv"]
    assert (people["rejected"], people["blanked"]) == ({}, {"birth_date": 1}), "the 31st of April"
    assert b12(tmp_path / "home", "screen", "--as-of", AS_OF).code == 0
    rows = assessments(tmp_path / "home")
    assert {
        patient: (row["scope"], row["next_step"], row["b12_reported"])
        for patient, row in rows.items()
    } == {
        "S001": ("in_scope", "TREAT_IM_NEURO", "132,5 pg/ml Ser"),
        "S002": ("in_scope", "TREAT_ORAL_OR_IM", "260,0 pg/ml"),
        "S003": ("opted_out", "EXCLUDED", None),
        "S004": ("deceased", "EXCLUDED", None),
        "S005": ("in_scope", "TREAT_IM_STANDARD", "<150 pg/ml"),
        "S006": ("age_unknown", "NO_ACTION", None),
    }
    assert rows["S002"]["malabsorption"] == "none", "pernicious anaemia was ruled out"
    assert rows["S001"]["acid_suppressant"] == "long_term"


def test_the_example_site_in_other_encodings_and_compressed(tmp_path):
    text = (SITE / "labor_2026-01.csv").read_text(encoding="latin-1")
    plain = accounts(tmp_path / "plain", SITE / "labor_2026-01.csv", source="example_site")[
        "labor_2026-01.csv"
    ]
    for encoding in ("cp1252", "utf-16", "utf-8"):
        profile = tmp_path / f"site_{encoding.replace('-', '')}.yaml"
        profile.write_text(
            f"extends: example_site\nprofile: {profile.stem}\ndialect: {{encoding: {encoding}}}\n"
        )
        file = tmp_path / encoding / "labor_2026-01.csv"
        file.parent.mkdir()
        file.write_bytes(text.replace("\r\n", "\n").encode(encoding))
        found = accounts(tmp_path / encoding / "home", file, source=str(profile))[
            "labor_2026-01.csv"
        ]
        assert {key: found[key] for key in ("rows", "accepted", "rejected", "skipped")} == {
            key: plain[key] for key in ("rows", "accepted", "rejected", "skipped")
        }


COUNTS = ("rows", "accepted", "rejected", "skipped", "blanked")


def test_the_example_site_as_a_workbook_and_as_a_zip_gives_the_same_account(tmp_path):
    file = SITE / "labor_2026-01.csv"
    plain = accounts(tmp_path / "plain", file, source="example_site")[file.name]
    with zipfile.ZipFile(tmp_path / "labor_2026-01.csv.zip", "w") as archive:
        archive.write(file, "export/labor.csv")
    rows = csv.reader(file.read_text(encoding="latin-1").splitlines(), delimiter=";")
    with xlsxwriter.Workbook(tmp_path / "labor.xlsx") as book:
        book.add_worksheet("Deckblatt").write_row(0, 0, ["Bericht"])
        sheet = book.add_worksheet("Labor")
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, [_typed(cell) for cell in row])
    profile = tmp_path / "mine.yaml"
    profile.write_text(
        "extends: example_site\nprofile: mine\nsheet: Labor\n"
        'files: {lab_result: ["labor*.csv", "*.xlsx"]}\n'
    )
    found = accounts(tmp_path / "home", *tmp_path.glob("labor*"), source=profile)
    assert len(found) == 2
    for name, account in found.items():
        account["accepted"] += account["duplicates"]
        assert {key: account[key] for key in COUNTS} == {key: plain[key] for key in COUNTS}, name
    told = found["labor.xlsx"]["notes"]
    assert "sheets of the workbook that were not read: Deckblatt" in told


def _typed(cell):
    "As Excel keeps it: a decimal is a number, a day is a day"
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return cell


def draft(home, profile, *paths, answers=()):
    "A draft of these paths with its TODOs answered, from the first; returns its text before that"
    answer = b12(home, "source", "draft", *paths, "--out", profile)
    assert answer.code == 0, answer.err
    text = profile.read_text(encoding="utf-8")
    answers = iter(answers)
    profile.write_text(re.sub(r"(?<=: )TODO", lambda _: next(answers), text), encoding="utf-8")
    assert next(answers, None) is None, "more answers than questions"
    return text


def test_a_draft_of_the_example_site_needs_two_answers_and_is_ingested(tmp_path):
    home, profile = tmp_path / "home", tmp_path / "mine.yaml"
    text = draft(home, profile, SITE, answers=("mine", "Europe/Berlin"))
    drafted, shipped = (
        yaml.safe_load(each)["columns"]
        for each in (text, (SOURCES / "example_site.yaml").read_text())
    )
    for name in CONTACT:  # of which the files have none
        shipped["patient"]["optional"].pop(name)
    assert drafted == shipped
    for file in SITE.glob("*.csv"):
        rows = list(csv.reader(file.read_text(encoding="latin-1").splitlines(), delimiter=";"))
        values = {cell for row in rows[1:] for cell in row if len(cell) > 3}
        assert [value for value in values if re.search(rf"\b{re.escape(value)}\b", text)] == []
    answer = b12(home, "source", "check", profile, SITE)
    assert answer.code == 0, answer.err
    found = accounts(home, SITE, source=profile)
    assert {name: account["accepted"] for name, account in found.items()} == {
        "stammdaten_2026-01.csv": 6, "labor_2026-01.csv": 0, "medikation_2026-01.csv": 2, "diagnosen_2026-01.csv": 2,
    }  # fmt: skip
    assert found["labor_2026-01.csv"]["skipped"] == {"unmapped_code": 11}, "its own codes: a map"


@pytest.fixture
def mixed(tmp_path):
    "A workbook with a cover, a zip of two tables, a transport file, and two files of no use"
    folder = tmp_path / "mixed"
    folder.mkdir()
    ids = range(100, 130)
    with xlsxwriter.Workbook(folder / "Lab results 2026-01.xlsx") as book:
        book.add_worksheet("Cover").write_row(0, 0, ["Report"])
        sheet = book.add_worksheet("Results")
        sheet.write_row(0, 0, ["Hospital No", "Test", "LOINC", "Result", "Unit", "Collected"])
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for place, one in enumerate(ids, start=1):
            sheet.write_row(place, 0, [one, "Vitamin B12", "2132-9", 150.5, "pg/mL"])
            sheet.write_number(place, 5, 46027, day)  # the 5th of January 2026
    with zipfile.ZipFile(folder / "export.zip", "w") as archive:
        people = "".join(f"{one};{one - 99:02}.03.1950;{'MF'[one % 2]}\n" for one in ids)
        archive.writestr("demog.csv", f"HospitalNo;Birth Date;Sex\n{people}")
        rows = "".join(f"{one};E53.8;13.01.2025\n" for one in ids)
        archive.writestr("dx.csv", f"HospitalNo;ICD10;Diagnosis Date\n{rows}")
    frame = pd.DataFrame({"HOSPNO": [float(one) for one in ids], "ATC": "A10BA02", "DRUG": "metformin", "STARTDT": [date(2024, 5, 1)] * 30})  # fmt: skip
    pyreadstat.write_xport(frame, folder / "rx.xpt")
    (folder / "beds.csv").write_text("ward,bed\nA,1\n")
    (folder / "letter.pdf").write_bytes(b"%PDF-1.7\n")
    return folder


def test_a_draft_of_a_folder_of_all_kinds_is_checked_and_ingested(tmp_path, mixed):
    home, profile = tmp_path / "home", tmp_path / "mine.yaml"
    text = draft(home, profile, mixed, answers=("mine", "UTC"))
    raw = yaml.safe_load(text)
    assert raw["files"] == {
        "lab_result": ["Lab results *.xlsx"], "patient": ["demog.csv"], "condition": ["dx.csv"], "medication": ["rx.xpt"],
    }  # fmt: skip
    assert {"beds.csv", "letter.pdf"} <= set(raw["ignore"])
    assert raw["columns"]["lab_result"]["sheet"] == "Results"
    assert raw["columns"]["condition"]["date_order"] == "dmy" and raw["date_order"] == "iso"
    assert "# Unzip export.zip before it is delivered" in text
    assert text.count("100% are in demog.csv") == 3
    answer = b12(home, "source", "check", profile, mixed)
    assert answer.code == 0, answer.err
    for line in ("Lab results 2026-01.xlsx: 30 rows = 30 accepted", "demog.csv: 30 rows = 30 accepted", "dx.csv: 30 rows = 30 accepted",
                 "rx.xpt: 30 rows = 30 accepted", "beds.csv: ignored"):  # fmt: skip
        assert line in answer.out, line
    refused = b12(home, "ingest", mixed, "--source", profile)
    assert refused.code == 10 and "export.zip" in refused.err
    with zipfile.ZipFile(mixed / "export.zip") as archive:
        archive.extractall(mixed)
    (mixed / "export.zip").unlink()
    home = tmp_path / "another"
    found = accounts(home, mixed, source=profile)
    assert {name: account["accepted"] for name, account in found.items()} == {
        "Lab results 2026-01.xlsx": 30, "demog.csv": 30, "dx.csv": 30, "rx.xpt": 30,
    }  # fmt: skip
    assert b12(home, "screen", "--as-of", AS_OF).code == 0
    assert {row["b12_reported"] for row in assessments(home).values()} == {"150.5 pg/mL"}


@pytest.mark.parametrize(("folder", "name"), [("synthea_csv", "synthea_csv"), ("omop_cdm", "omop_cdm"), ("mimic_iv_demo", "meds"), ("field_cases/canonical", "canonical")])  # fmt: skip
def test_files_of_a_shipped_model_are_told_to_extend_its_profile(tmp_path, folder, name):
    home, profile = tmp_path / "home", tmp_path / "mine.yaml"
    text = draft(home, profile, DATA / folder, answers=("mine",))
    assert yaml.safe_load(text)["extends"] == name
    assert read_profile(profile).name == "mine"


def test_check_of_a_folder_says_what_becomes_of_each_file(tmp_path):
    folder, home = tmp_path / "in", tmp_path / "home"
    shutil.copytree(SITE, folder / "2026")
    (folder / "strange.csv").write_text("a,b\n")
    answer = b12(home, "source", "check", "example_site", folder)
    assert answer.code == 0, answer.err
    head = answer.out.split("\n\n")[0].splitlines()
    assert "strange.csv: fits no pattern" in head
    assert sum("rows = " in line for line in head) == 4
    (folder / "labor_2.csv").write_text("PATNR;ANALYSE\n")
    answer = b12(home, "source", "check", "example_site", folder)
    assert answer.code == 10 and "labor_2.csv" in answer.err
    assert "labor_2.csv: would be refused: " in answer.out and "Understood as patient" in answer.out
    assert not [path for path in home.rglob("*") if path.is_file()], "nothing is kept"
    (tmp_path / "empty").mkdir()
    assert b12(home, "source", "check", "example_site", tmp_path / "empty").code == 2


def test_check_of_a_folder_names_what_is_likely_ours_however_rare(tmp_path):
    rows = ["PAT-77,PRIVATE-1,LOCAL,Vitamin B12 im Serum,150,pg/mL,2026-01-05"]
    rows += [f"P{n},4711,LOCAL,Cholesterin,200,mg/dL,2026-01-05" for n in range(9)]
    rows += ["P1,4712,LOCAL,Folsäure,5,ng/mL,2026-01-05", "P2,4712,LOCAL,TSH,5,mU/L,2026-01-05"]
    rows += ["P3,PRIVATE-2,LOCAL,Mrs Example,5,ng/mL,2026-01-05"]
    head = "patient_id,code,code_system,name,value,unit,collected_at"
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "lab_result.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    told = b12(tmp_path / "home", "source", "check", "canonical", tmp_path / "in").out
    likely, others = told.split("Not mapped, though")[1].split("Other unmapped codes")
    lines = [line.split() for line in likely.splitlines()[2:] if line.strip()]
    assert (
        lines[0] == "lab_result vitamin b12 100 LOINC 2132-9 of one patient each pg/mL 1 2".split()
    )
    assert lines[1] == "lab_result folsaure 100 LOINC 2284-8 4712 2 ng/mL 2 12".split()
    assert "4711" in others and "Cholesterin" in others
    assert not [word for word in ("PRIVATE", "PAT-77", "Example") if word in told]


def test_a_column_may_be_called_as_one_that_the_readers_add(tmp_path):
    head = "PAT,ORDER,LINE,TEST,AGE,UNIT,TAKEN,PLACE"
    rows = [
        "P1,o1,1,2132-9,165,pg/mL,2026-01-05,serum",
        "P1,o1,2,13964-2,210,nmol/L,2026-01-05,serum",
    ]
    (tmp_path / "labs.csv").write_text("\n".join([head, *rows, rows[0]]), encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(
        "profile: mine\nformat: table\nother_columns: ignored\nfiles: {lab_result: [labs*.csv]}\n"
        "dialect: {delimiter: ',', quote: '\"', encoding: utf-8}\ncolumns:\n  lab_result:\n"
        "    required: {patient_id: PAT, code: TEST, value: AGE, unit: UNIT, collected_at: TAKEN}\n"
        "    optional: {result_id: [ORDER, LINE], specimen: PLACE}\n",
        encoding="utf-8",
    )
    found = accounts(tmp_path / "home", tmp_path / "labs.csv", source=str(tmp_path / "mine.yaml"))
    assert (found["labs.csv"]["accepted"], found["labs.csv"]["duplicates"]) == (2, 1)
    told = b12(tmp_path / "home", "source", "check", "mine", tmp_path / "labs.csv").out
    assert "ORDER + LINE" in told and "serum 3" in told


def test_a_profile_of_ones_own_is_kept_with_the_state_and_read_at_every_later_run(tmp_path):
    profile, home = tmp_path / "mine.yaml", tmp_path / "home"
    shutil.copy(DATA.parents[1] / "sources" / "example_site_map.csv", tmp_path / "map.csv")
    profile.write_text("extends: example_site\nprofile: mine\nmaps: [map.csv]\n", encoding="utf-8")
    accounts(home, SITE, source=str(profile))
    profile.unlink()
    assert sorted(path.name for path in (home / "sources" / "mine").iterdir()) == [
        "map.csv",
        "mine.yaml",
    ]
    answer = b12(home, "reingest")
    assert (answer.code, "5 accepted" in answer.out) == (0, True)


def test_a_mapping_added_later_is_applied_by_a_replay_and_the_diff_says_what_changed(tmp_path):
    home, profile, answers = tmp_path / "home", tmp_path / "mine.yaml", tmp_path / "map.csv"
    profile.write_text("extends: example_site\nprofile: mine\nmaps: [map.csv]\n", encoding="utf-8")
    answers.write_text("entity,kind,code_system,delivered,map_to_system,map_to\n", encoding="utf-8")
    accounts(home, SITE, source=str(profile))
    assert b12(home, "screen", "--as-of", AS_OF).code == 0
    assert assessments(home)["S001"]["b12"] == "never"
    rows = list(
        csv.DictReader(
            b12(home, "unmapped", "--source", "mine", "--format", "csv").out.splitlines()
        )
    )
    told = {
        "B12S": ("LOINC", "2132-9"),
        "pg/ml Ser": ("", "pg/mL"),
        "MMS": ("LOINC", "13964-2"),
        "CHOL": ("none", "none"),
    }
    assert {row["delivered"] for row in rows} == {"B12S", "MMS", "CHOL", "FERR", "HTC"}, (
        "a unit is judged once its test is known"
    )
    _fill(home / "sources" / "mine" / "map.csv", rows, told)
    assert b12(home, "reingest").code == 0
    again = list(
        csv.DictReader(
            b12(home, "unmapped", "--source", "mine", "--format", "csv").out.splitlines()
        )
    )
    assert {row["delivered"] for row in again} == {"FERR", "HTC", "pg/ml Ser", "nmol/l Pl"}
    _fill(home / "sources" / "mine" / "map.csv", [*rows, *again], told)
    assert b12(home, "reingest").code == 0
    assert b12(home, "screen", "--as-of", AS_OF).code == 0
    changes = {
        row["patient_id"]: row
        for row in b12(home, "diff", "previous", "latest", "--format", "json").json
    }
    assert changes["S001"]["change"] == "changed", "symptom and risk factor brought it on before"
    assert "b12: never → low" in changes["S001"]["because"]


def _fill(path, rows, told):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(
            file,
            [
                "entity",
                "kind",
                "code_system",
                "delivered",
                "name",
                "rows",
                "map_to_system",
                "map_to",
            ],
            extrasaction="ignore",
        )
        writer.writeheader()
        for row in {row["delivered"]: row for row in rows}.values():
            system, code = told.get(row["delivered"], ("", ""))
            writer.writerow({**row, "map_to_system": system, "map_to": code})


@pytest.mark.parametrize("path", sorted(OMOP.glob("parquet/*.parquet")), ids=lambda path: path.stem)
def test_the_committed_parquet_is_the_committed_csv(path):
    "The two forms were not edited apart"
    table = f"read_csv('{OMOP / (path.stem.upper() + '.csv')}', all_varchar = true)"
    con = duckdb.connect()
    assert (
        con.sql(f"select count(*) from {table}").fetchall()
        == con.sql(f"select count(*) from read_parquet('{path}')").fetchall()
    )


CML = (
    "MSH|^~\\&|Reports|CML|||200910060651-500||ORU^R01||{n}|2.3\r"
    "PID|1|{external}||{number}^HC^ON|TEST^CASE||19670701|F\r"
    "OBR|1|Z{n}||345^VITAMIN B12||20091001|20091001\r"
    "OBX|1|ST|4035^VITAMIN B12|RIA^^|142|PMOL/L|>131||||F\r"
)


def test_a_draft_of_messages_extends_the_shipped_profile_and_finds_the_field_of_the_number(
    tmp_path,
):
    home, profile = tmp_path / "home", tmp_path / "mine.yaml"
    (tmp_path / "in").mkdir()
    for n, external in enumerate(["", "L44", ""], start=1):
        text = CML.format(n=n, external=external, number=7000 + n)
        (tmp_path / "in" / f"report_{n}.HL7").write_text(text)
    text = draft(home, profile, tmp_path / "in", answers=("mine", "America/Toronto"))
    assert "PID-3 in 0, PID-2 in 1, PID-4 in 3 of 3" in text and "7001" not in text
    drafted = yaml.safe_load(profile.read_text())
    assert drafted["extends"] == "hl7v2" and drafted["patient_id"] == {"from": ["PID-4"]}
    found = accounts(home, tmp_path / "in", source=str(profile))
    assert [account["accepted"] for account in found.values()] == [1, 1, 1]
    [row] = b12(home, "unmapped", "--format", "json").json
    assert (row["delivered"], row["proposed"], row["likeness"]) == ("4035", "14685-2", 100)


def test_a_draft_of_messages_in_which_no_field_always_names_the_patient_is_left_open(tmp_path):
    profile = tmp_path / "mine.yaml"
    messages = [CML.format(n=1, external="A", number=""), CML.format(n=2, external="", number="9")]
    (tmp_path / "all.hl7").write_text("".join(messages))
    text = draft(tmp_path / "home", profile, tmp_path / "all.hl7", answers=("mine", "UTC", "TODO"))
    assert "patient_id: {from: TODO}" in text
    answer = b12(tmp_path / "home", "source", "check", profile, tmp_path / "all.hl7")
    assert answer.code == 12 and "answer every TODO" in answer.err


def test_a_draft_of_messages_writes_out_nothing_that_may_be_a_patients(tmp_path):
    numbers = [f"{n}^^^NORTH^MR" for n in range(5)] + ["7^^^9434765919^NH", "8^^^Jane Example^MR"]
    numbers += ["9^^^X\x85time_zone: UTC^MR", "10^^^EAST^MR"]
    folder = tmp_path / "in"
    folder.mkdir()
    for n, number in enumerate(numbers):
        text = CML.format(n=n, external="", number="").replace("||^HC^ON", f"|{number}|")
        (folder / f"{n}.hl7").write_text(text, encoding="latin-1")
    (folder / "3.hl7.gz").write_bytes(b"\x1f\x8b damaged")
    (folder / "Referral letter Ann Example.pdf").write_bytes(b"%PDF-1.7")
    (folder / "notes.example").write_bytes(b"Mrs Example")
    text = draft(tmp_path / "home", tmp_path / "mine.yaml", folder, answers=("mine", "UTC"))
    assert "authorities and types: NORTH MR 5, 4 others" in text and '"*.pdf"' in text
    assert not [
        word for word in ("Example", "example", "9434765919", "\x85", "EAST") if word in text
    ]


@pytest.mark.parametrize("name", ["SMITH_JOHN_19480312", "adt.9434765919", "report.smith"])
def test_a_draft_of_messages_without_a_known_ending_asks_for_the_pattern(tmp_path, name):
    (tmp_path / name).write_text(CML.format(n=1, external="", number="7"))
    answers = ("mine", '["*"]', "UTC")
    text = draft(tmp_path / "home", tmp_path / "mine.yaml", tmp_path / name, answers=answers)
    assert "files: {message: TODO}" in text and name not in text
    assert not [word for word in ("SMITH", "9434765919", "smith") if word in text]


def test_a_draft_of_fhir_resources_extends_the_shipped_profile(tmp_path):
    profile, folder = tmp_path / "mine.yaml", tmp_path / "in"
    folder.mkdir()
    for name in ("Observation-f204.json", "Patient-f001.json"):
        shutil.copy(DATA / "fhir_r4" / "observations" / name, folder)
    text = draft(tmp_path / "home", profile, folder, answers=("mine",))
    assert "extends: fhir_r4" in text and "Observation" in text
    assert b12(tmp_path / "home", "source", "check", profile, folder).code == 0
