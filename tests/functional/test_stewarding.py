"""What engineers and stewards do at a site: draft and check a profile, count rejects, fill in maps; no value of a patient is shown."""

import csv
import re
from pathlib import Path

import pytest
import yaml

from tests.command import DATA, b12, deliver

SITE = DATA / "example_site"
LAB = SITE / "labor_2026-01.csv"
HEADER = "MRN,Test,Result,Units,Collection Date,Ward\n"


def test_check_says_what_a_profile_makes_of_a_file_column_by_column(tmp_path):
    answer = b12(tmp_path / "home", "source", "check", "example_site", LAB)
    assert answer.code == 0, answer.err
    assert "11 rows = 5 accepted + 4 rejected" in answer.out
    for line in (
        r"collected_at\s+ENTNAHMEDATUM \+ ENTNAHMEZEIT\s+11\s+6\s+2026 to 2026, 1 unreadable", r"value\s+ERGEBNIS\s+11\s+11\s+9 numbers, 1 with a comparator, 1 others",
        r"specimen\s+MATERIAL\s+11\s+2\s+serum 9 · plasma 2", r"bad_date\s+ENTNAHMEDATUM, ENTNAHMEZEIT\s+1\s+11\s+date_order\s+write the date", r"lab_result\s+unit\s+Punkte\s+1",
    ):  # fmt: skip
        assert re.search(line, answer.out), line
    assert not (tmp_path / "home" / "lake").exists(), "nothing is kept"
    assert not [path for path in (tmp_path / "home").rglob("*") if path.is_file()]


@pytest.mark.parametrize("file", sorted(SITE.glob("*.csv")), ids=lambda path: path.stem)
def test_check_shows_no_value_that_identifies_anyone(tmp_path, file):
    out = b12(tmp_path / "home", "source", "check", "example_site", file).out
    rows = list(csv.DictReader(file.read_text(encoding="latin-1").splitlines(), delimiter=";"))
    for column in (
        "PATNR",
        "NAME",
        "GEBDAT",
        "ERGEBNIS",
        "BEFUNDID",
        "ENTNAHMEDATUM",
        "VERORDNUNG",
        "FALL",
    ):
        for value in {row[column] for row in rows if row.get(column)}:
            assert not re.search(rf"(?<![\w.,/-]){re.escape(value)}(?![\w.,/-])", out), (
                column,
                value,
            )


def test_check_says_what_would_be_refused_and_which_file_is_not_of_the_profile(tmp_path):
    home, file = tmp_path / "home", tmp_path / "lab_result.csv"
    file.write_text("patient_id,code\nann,1\n")
    answer = b12(home, "source", "check", "canonical", file)
    assert answer.code == 10
    assert "lab_result.csv would be refused" in answer.err and "lacks value" in answer.err
    assert b12(home, "source", "check", "canonical", LAB).code == 10
    assert b12(home, "source", "check", "no_such", LAB).code == 12
    assert b12(home, "source", "check", "canonical", tmp_path / "none.csv").code == 2
    assert b12(home, "source", "check", "canonical").code == 2


@pytest.mark.parametrize(
    ("source", "file"),
    [("omop_cdm", "omop_cdm/MEASUREMENT.csv"), ("omop_cdm", "omop_cdm/parquet/person.parquet"), ("synthea_csv", "synthea_csv/observations.csv"),
     ("hl7v2", "hl7v2_oru/prime-router_src_test_hl7_test_files_single_message.hl7"), ("fhir_r4", "fhir_r4/observations/Observation-f204.json")],
)  # fmt: skip
def test_check_reads_every_format(tmp_path, source, file):
    answer = b12(tmp_path / "home", "source", "check", source, DATA / file)
    assert answer.code == 0, answer.err
    assert "Understood as" in answer.out


def drafted(tmp_path, text, encoding="utf-8", name="lab_2026-01.csv"):
    file = tmp_path / name
    file.write_bytes(text.encode(encoding))
    answer = b12(tmp_path / "home", "source", "draft", file, "--out", tmp_path / "mine.yaml")
    assert answer.code == 0, answer.err
    return file, (tmp_path / "mine.yaml").read_text(encoding="utf-8")


def answered(text, *answers):
    "The draft with its TODOs answered, from the first"
    answers = iter(answers)
    return re.sub(r"(?<=: )TODO", lambda _: next(answers), text)


def test_a_draft_guesses_nothing_silently_and_is_invalid_until_every_todo_is_answered(tmp_path):
    file, text = drafted(
        tmp_path, HEADER + 'x1,2132-9,165,pg/mL,05/01/2026,"3"\nx2,2132-9,<150,pg/mL,06/01/2026,3\n'
    )
    assert "x1" not in text and "165" not in text and "2132" not in text, "no value of the file"
    raw = yaml.safe_load(text)
    assert raw["date_order"] == "TODO", "no day above the twelfth shows it"
    assert raw["decimal_mark"] == "TODO", "no number shows it"
    assert raw["columns"]["lab_result"]["required"] == {
        "patient_id": "MRN", "code": "Test", "value": "Result", "unit": "Units", "collected_at": "Collection Date",
    }  # fmt: skip
    assert raw["defaults"] == {"lab_result": {"code_system": "LOINC"}}, "by the shape of its codes"
    assert text.count("# guess: ") >= 5
    answer = b12(tmp_path / "home", "source", "check", tmp_path / "mine.yaml", file)
    assert answer.code == 12 and "TODO" in answer.err
    (tmp_path / "mine.yaml").write_text(
        answered(text, "mine", "UTC", "dmy", "'.'"), encoding="utf-8"
    )
    answer = b12(tmp_path / "home", "source", "check", tmp_path / "mine.yaml", file)
    assert answer.code == 0, answer.err
    assert "2 rows = 2 accepted" in answer.out
    assert "Not read: ward" in answer.out


@pytest.mark.parametrize(("dates", "order"), [
    ("13/01/2026 02/01/2026", "dmy"), ("01/13/2026 01/02/2026", "mdy"), ("2026-01-13", "iso"), ("01/02/2026", "TODO"), ("13/01/2026 01/13/2026", "TODO"),
])  # fmt: skip
def test_a_draft_takes_the_date_order_only_where_the_dates_show_it(tmp_path, dates, order):
    rows = "".join(f"x,2132-9,1,pg/mL,{day},3\n" for day in dates.split())
    assert yaml.safe_load(drafted(tmp_path, HEADER + rows)[1])["date_order"] == order


def test_a_draft_finds_delimiter_encoding_and_decimal_comma(tmp_path):
    text = HEADER.replace(",", ";") + "x;B12;165,5;pmol/l;13.01.2026;Süd\n"
    raw = yaml.safe_load(drafted(tmp_path, text, "cp1252")[1])
    assert (raw["dialect"], raw["decimal_mark"]) == (
        {"delimiter": ";", "quote": '"', "encoding": "cp1252"},
        ",",
    )
    assert yaml.safe_load(drafted(tmp_path, text)[1])["dialect"]["encoding"] == "utf-8"


def test_a_file_that_is_not_a_table_is_not_drafted(tmp_path):
    for name, content in (("a.csv", b"word\n"), ("b.csv", b""), ("c.csv", b"\x81\x8d\x8f,\x90\n")):
        (tmp_path / name).write_bytes(content)
        assert b12(tmp_path / "home", "source", "draft", tmp_path / name).code == 10
    answer = b12(tmp_path / "home", "source", "draft", tmp_path)
    assert answer.code == 10 and "a.csv: " in answer.err and "b.csv: it is empty" in answer.err
    assert b12(tmp_path / "home", "source", "draft", tmp_path / "none.csv").code == 2


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    assert b12(home, "ingest", SITE, "--source", "example_site").code == 0
    rows = [{"patient_id": "s3cret", "code": "2132-9", "value": value, "unit": unit, "collected_at": "2026-01-05", "performing_lab": lab}
            for value, unit, lab in (("1", "pints", "North"), ("2", "pints", "South"), ("3", "pints", "South"), ("x", "pg/mL", "South"))]  # fmt: skip
    assert (
        b12(
            home,
            "ingest",
            deliver(tmp_path_factory.mktemp("in"), lab_result=rows),
            "--source",
            "canonical",
        ).code
        == 0
    )
    return home


def test_rejects_by_reason_lab_unit_and_file_with_the_first_lines(home):
    rows = b12(
        home, "rejects", "--by", "reason,lab,unit", "--source", "canonical", "--format", "json"
    ).json
    assert [tuple(row.values()) for row in rows] == [
        ("unknown_unit", "South", "pints", 2, "lab_result.csv:3 lab_result.csv:4"),
        ("not_a_number", "South", "pg/mL", 1, "lab_result.csv:5"),
        ("unknown_unit", "North", "pints", 1, "lab_result.csv:2"),
    ]
    by_file = b12(home, "rejects", "--by", "file", "--format", "json").json
    assert {row["file"]: row["rows"] for row in by_file} == {
        "lab_result.csv": 4,
        "labor_2026-01.csv": 4,
        "stammdaten_2026-01.csv": 1,
    }
    assert b12(home, "rejects", "--by", "patient").code == 2
    assert [
        row["line"]
        for row in b12(home, "rejects", "--file", "stammdaten_2026-01.csv", "--format", "json").json
    ] == [7]


def test_a_rejected_row_says_what_would_make_it_acceptable(home):
    rows = b12(home, "rejects", "--format", "json").json
    assert all(row["remedy"] for row in rows)
    out = b12(home, "rejects", "--by", "reason").out
    assert "How to fix them:" in out and "never guessed" not in out, "only of the reasons shown"
    assert "unknown_unit: use a unit and spelling" in out
    assert "s3cret" not in out


def test_every_reason_of_the_protocol_has_a_remedy():
    known = {
        row["reason"]
        for row in csv.DictReader(
            (Path("protocol") / "rejections.csv").read_text(encoding="utf-8").splitlines()
        )
    }
    assert known == set(
        "missing_patient_id missing_code missing_date bad_date future_date code_in_scientific_notation id_in_scientific_notation unit_contradiction missing_unit unknown_unit wrong_scale_unit empty_value "
        "not_a_number pending_or_cancelled_text range_or_ratio implausible_value wrong_specimen ragged_row blanked".split()
    )


def test_unmapped_is_a_map_to_fill_in(home):
    rows = list(
        csv.DictReader(
            b12(home, "unmapped", "--source", "canonical", "--format", "csv").out.splitlines()
        )
    )
    assert [
        (row["kind"], row["delivered"], row["name"], row["rows"], row["map_to"]) for row in rows
    ] == [("unit", "pints", "of 2132-9", "3", "")]
    assert {row["source"] for row in b12(home, "unmapped", "--format", "json").json} == {
        "canonical",
        "example_site",
    }


LOCAL_CODES = """patient_id,code,code_system,name,value,unit,collected_at
P1,4711,LOCAL,Cholesterin,200,mg/dL,2026-01-05
P2,4711,LOCAL,Cholesterin,210,mg/dL,2026-01-05
P1,4712,LOCAL,Vitamin B12 i.S.,150,pg/mL,2026-01-05
P1,4713,LOCAL,Folsäure,5,ng/mL,2026-01-05
P2,4713,LOCAL,Triglyzeride,99,mg/dL,2026-01-05
P2,4713,LOCAL,Triglyzeride,98,mg/dL,2026-01-06
"""


def test_what_could_matter_stands_first_and_an_answer_stays(tmp_path):
    home, answers = tmp_path / "home", tmp_path / "map.csv"
    (tmp_path / "lab_result.csv").write_text(LOCAL_CODES, encoding="utf-8")
    (tmp_path / "mine.yaml").write_text("extends: canonical\nprofile: mine\nmaps: [map.csv]\n")
    answers.write_text(HEAD, encoding="utf-8")
    told = b12(home, "ingest", tmp_path / "lab_result.csv", "--source", tmp_path / "mine.yaml")
    assert "resemble names of the protocol: vitamin b12 1 (b12 unmapped)" in told.out
    rows = b12(home, "unmapped", "--format", "json").json
    assert [
        (row["delivered"], row["name"], row["other_names"], row["proposed"]) for row in rows
    ] == [
        ("4712", "Vitamin B12 i.S.", None, "2132-9"),
        ("4713", "Triglyzeride", "Folsäure", "2284-8"),  # one of the names of a code is enough
        ("4711", "Cholesterin", None, None),
    ]
    kept = home / "sources" / "mine" / "map.csv"
    kept.write_text(
        f"{HEAD}lab_result,code,LOCAL,4711,none,none\nlab_result,code,,4712,LOINC,2132-9\n",
        encoding="utf-8",
    )
    assert b12(home, "reingest").code == 0
    written = b12(home, "unmapped", "--source", "mine", "--out", kept)
    assert written.code == 0
    with kept.open(encoding="utf-8") as file:
        again = {row["delivered"]: row["map_to"] for row in csv.DictReader(file)}
    assert again == {"4711": "none", "4712": "2132-9", "4713": ""}
    assert b12(home, "reingest").code == 0
    assert {row["delivered"] for row in b12(home, "unmapped", "--format", "json").json} == {"4713"}


def test_an_answer_of_a_map_that_the_profile_does_not_name_yet_is_written_into_its_row(tmp_path):
    home, answers = tmp_path / "home", tmp_path / "map.csv"
    (tmp_path / "lab_result.csv").write_text(LOCAL_CODES, encoding="utf-8")
    b12(home, "ingest", tmp_path / "lab_result.csv", "--source", "canonical")
    gone = "lab_result,code,LOCAL,0815,none,none\n"
    answers.write_text(f"{HEAD}lab_result,code,LOCAL,4712,LOINC,2132-9\n{gone}", encoding="utf-8")
    assert b12(home, "unmapped", "--out", answers).code == 0
    with answers.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["delivered"], row["map_to"]) for row in rows] == [
        ("0815", "none"), ("4712", "2132-9"), ("4713", ""), ("4711", ""),
    ]  # fmt: skip
    assert rows[1]["name"] == "Vitamin B12 i.S."


def test_a_file_that_is_no_map_is_not_replaced_by_one(home, tmp_path):
    (tmp_path / "patients.csv").write_text("patient_id\nP1\n", encoding="utf-8")
    answer = b12(home, "unmapped", "--out", tmp_path / "patients.csv")
    assert answer.code == 2 and "lacks the column" in answer.err
    assert (tmp_path / "patients.csv").read_text(encoding="utf-8") == "patient_id\nP1\n"


HEAD = "entity,kind,code_system,delivered,map_to_system,map_to\n"


@pytest.mark.parametrize(("text", "word"), [
    ("entity,kind,delivered,map_to\n", "lacks the column"),
    (HEAD + "lab_result,code,,B12S,LOINC,2132-9\nlab_result,code,LOCAL,b12s,LOINC,14685-2\n", "answers twice"),
    (HEAD + "lab_result,unit,,pints,,pg per mL or so\n", "does not know"),
])  # fmt: skip
def test_a_map_that_is_wrong_is_invalid(tmp_path, text, word):
    (tmp_path / "mine.yaml").write_text("extends: example_site\nprofile: mine\nmaps: [map.csv]\n")
    (tmp_path / "map.csv").write_text(text)
    answer = b12(tmp_path / "home", "ingest", SITE, "--source", tmp_path / "mine.yaml")
    assert answer.code == 12 and word in answer.err


@pytest.mark.parametrize("text", [
    "profile: ../up", "format: word", "date_order: dym", "decimal_mark: ';'", "other_columns: some", "defaults: {results: {unit: x}}", "files: []", "columns: 3",
    "maps: [none.csv]", "extends: no_such", "time_zone: Nowhere/At_All",
])  # fmt: skip
def test_a_profile_that_is_wrong_is_invalid_and_nothing_goes_in(tmp_path, text):
    base = "" if text.startswith("extends") else "extends: canonical\n"
    (tmp_path / "mine.yaml").write_text(
        f"{base}profile: mine\n{text}\n" if not text.startswith("profile") else f"{base}{text}\n"
    )
    answer = b12(tmp_path / "home", "ingest", SITE, "--source", tmp_path / "mine.yaml")
    assert answer.code == 12, answer.err
    assert not (tmp_path / "home" / "lake").exists()


def test_a_profile_lies_over_a_shipped_one_of_its_own_name_and_over_no_file(tmp_path):
    (tmp_path / "canonical.yaml").write_text(
        "extends: canonical\nprofile: canonical\ntime_zone: Europe/Berlin\n"
    )
    home, folder = tmp_path / "home", deliver(tmp_path / "in", patient=[{"patient_id": "ann"}])
    assert b12(home, "ingest", folder, "--source", tmp_path / "canonical.yaml").code == 0
    assert b12(home, "ingest", folder, "--source", "canonical").code == 0
    (tmp_path / "mine.yaml").write_text("extends: base.yaml\nprofile: mine\n")
    assert b12(home, "ingest", folder, "--source", tmp_path / "mine.yaml").code == 12


def test_two_sites_may_call_their_maps_alike(tmp_path):
    home = tmp_path / "home"
    for site, loinc in (("north", "2132-9"), ("south", "13964-2")):
        (tmp_path / site).mkdir()
        (tmp_path / site / f"{site}.yaml").write_text(
            f"extends: example_site\nprofile: {site}\nmaps: [map.csv]\n"
        )
        (tmp_path / site / "map.csv").write_text(HEAD + f"lab_result,code,,B12S,LOINC,{loinc}\n")
        assert b12(home, "ingest", SITE, "--source", tmp_path / site / f"{site}.yaml").code == 0
    assert {
        path.parent.name: "2132-9" in path.read_text()
        for path in (home / "sources").rglob("map.csv")
    } == {
        "north": True,
        "south": False,
    }


@pytest.mark.parametrize(("row", "word"), [
    ("lab_result,code,,B12S,,2132-9", "map_to_system is empty"), ("lab_result,code,,B12S,LOINC,2132-8", "check digit"), ("lab_result,status,,E,,final", "words"),
])  # fmt: skip
def test_an_answer_that_cannot_be_right_is_invalid_and_hides_nothing(tmp_path, row, word):
    (tmp_path / "mine.yaml").write_text("extends: example_site\nprofile: mine\nmaps: [map.csv]\n")
    (tmp_path / "map.csv").write_text(HEAD + row + "\n")
    answer = b12(tmp_path / "home", "ingest", SITE, "--source", tmp_path / "mine.yaml")
    assert answer.code == 12 and word in answer.err


def test_one_code_under_two_systems_is_two_questions_and_an_escaped_cell_is_the_code_it_was(
    tmp_path,
):
    (tmp_path / "mine.yaml").write_text("extends: canonical\nprofile: mine\nmaps: [map.csv]\n")
    (tmp_path / "map.csv").write_text(HEAD + "lab_result,code,A,'-B12,LOINC,2132-9\nlab_result,code,B,-B12,LOINC,13964-2\nlab_result,unit,,pg/ml Ser,,pg/mL\n"
                                      "lab_result,unit,,nmol /l X,,nmol/L\n")  # fmt: skip
    rows = [{"patient_id": one, "code": "-B12", "code_system": system, "value": "300", "unit": unit, "collected_at": "2026-01-05"}
            for one, system, unit in (("ann", "A", "pg/mlSer"), ("bob", "B", "nmol/l x"))]  # fmt: skip
    answer = b12(
        tmp_path / "home",
        "ingest",
        deliver(tmp_path / "in", lab_result=rows),
        "--source",
        tmp_path / "mine.yaml",
        "--format",
        "json",
    )
    assert answer.json[0]["accepted"] == 2, answer.out


def test_unknown_status_words_are_named(tmp_path):
    rows = [
        {
            "patient_id": one,
            "code": "2132-9",
            "value": "90",
            "unit": "pg/mL",
            "collected_at": "2026-01-05",
            "status": "Endbefund",
        }
        for one in ("ann", "bob")
    ]
    folder, home = deliver(tmp_path / "in", lab_result=rows), tmp_path / "home"
    assert re.search(
        r"status\s+Endbefund\s+2",
        b12(home, "source", "check", "canonical", folder / "lab_result.csv").out,
    )
    assert b12(home, "ingest", folder, "--source", "canonical").code == 0
    [row] = b12(home, "unmapped", "--format", "json").json
    assert (row["kind"], row["delivered"], row["rows"]) == ("status", "Endbefund", 2)


def test_check_shows_no_text_of_one_patient_however_often_it_stands_there(tmp_path):
    rows = [
        {
            "patient_id": "ann",
            "code": "Muster 1961",
            "value": "9",
            "unit": "pg/mL",
            "collected_at": "2026-01-05",
            "performing_lab": "Muster 1961",
        }
    ] * 7
    out = b12(
        tmp_path / "home",
        "source",
        "check",
        "canonical",
        deliver(tmp_path / "in", lab_result=rows) / "lab_result.csv",
    ).out
    assert "Muster" not in out and "of one patient each" in out


def test_a_file_without_a_header_is_not_drafted(tmp_path):
    (tmp_path / "a.csv").write_text("4711,Muster,1961-02-03\n4712,Muster,1962-02-03\n")
    answer = b12(tmp_path / "home", "source", "draft", tmp_path / "a.csv")
    assert answer.code == 10 and "Muster" not in answer.out + answer.err
