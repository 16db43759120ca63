"""Erasing a patient: nothing of them is left under the home, and the same delivery does not bring them back."""

import fcntl
import gzip
import hmac
import io
import json
import os
import pwd
import shutil
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest
import xlsxwriter

from pipeline import worklist
from pipeline.core.config import Home
from pipeline.lake import query
from tests.command import AS_OF, assessments, b12, deliver, latest
from tests.homes import ALIAS, FORGOTTEN, KEPT, LOW, copied
from tests.mllp import oru


def named_in(home, patient):
    "Files under the home that hold the id: as bytes, and in every column of every Parquet file"
    found = {
        path for path in home.rglob("*") if path.is_file() and patient.encode() in path.read_bytes()
    }
    for path in home.rglob("*.parquet"):
        if duckdb.sql(
            f"from read_parquet('{path}') as file where contains(cast(file as varchar), '{patient}')"
        ).fetchall():
            found.add(path)
    return sorted(str(path.relative_to(home)) for path in found)


@pytest.fixture(scope="module")
def deliveries(two_nights):
    return two_nights / "in", two_nights / "more"


@pytest.fixture(scope="module")
def compacted(two_nights, tmp_path_factory):
    "Two runs, and a compacted lake: old Parquet files and old runs"
    home = copied(two_nights / "home", tmp_path_factory.mktemp("compacted") / "home")
    assert b12(home, "compact").code == 0
    return home


@pytest.fixture
def home(compacted, tmp_path):
    return copied(compacted, tmp_path / "home")


def test_the_test_can_find_a_patient(home):
    rooms = {name.split("/")[0] for name in named_in(home, FORGOTTEN)}
    assert {"lake", "archive", "runs", "outcomes"} <= rooms


def test_nothing_is_left_of_an_erased_patient_nor_of_ids_merged_into_it(home):
    answer = b12(home, "erase", FORGOTTEN, "--yes")
    assert answer.code == 0
    assert answer.out.startswith("Erased ") and FORGOTTEN not in answer.out
    assert named_in(home, FORGOTTEN) == []
    assert named_in(home, ALIAS) == []
    assert set(assessments(home)) == set(KEPT)
    assert latest(home, "worklist.csv").decode().count("\n") == 1 + len(KEPT)


def test_held_runs_and_what_killed_processes_left_are_looked_at_too(home):
    "A held run keeps its other rows; half-built ones, and the files of a killed screening, ingest or replay, go"
    held = shutil.copytree(
        (home / "runs" / "latest").resolve(), home / "runs" / ".held-20260131T020000Z-abcdef"
    )
    shutil.copytree(held, home / "runs" / ".building-20260131T030000Z-abcdef")
    for left in (
        "work/screen-1-abc/spill.tmp",
        "work/0a0a/ingest.duckdb",
        "reingest/lake/x.parquet",
        "lake.old/x.parquet",
    ):
        (home / left).parent.mkdir(parents=True, exist_ok=True)
        (home / left).write_text(f"{FORGOTTEN} {ALIAS}")
    (home / "work" / "condition_notes_x.csv").write_text(FORGOTTEN)
    assert b12(home, "erase", FORGOTTEN, "--yes").code == 0
    assert named_in(home, FORGOTTEN) == named_in(home, ALIAS) == []
    rows = pq.read_table(held / "assessment.parquet").to_pylist()
    assert {row["patient_id"] for row in rows} == set(KEPT)
    assert list((home / "runs").glob(".building-*")) == []


def test_what_a_living_process_works_in_stays(home):
    works = home / "work" / "screen-2-abc"
    works.mkdir(parents=True)
    held = os.open(works, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    assert b12(home, "erase", FORGOTTEN, "--yes").code == 0
    os.close(held)
    assert works.exists()


def test_that_somebody_was_forgotten_is_kept_and_not_who(home):
    assert b12(home, "erase", FORGOTTEN, "--yes").code == 0
    [line, counted] = map(json.loads, (home / "erasures.jsonl").read_text().splitlines())
    key = (home / "erasure-key").read_text().encode()
    assert set(line["ids"]) == {
        hmac.new(key, one.encode(), "sha256").hexdigest() for one in (FORGOTTEN, ALIAS)
    }
    assert line["who"] == pwd.getpwuid(os.getuid()).pw_name and (line["rows"], counted["ids"]) == (
        {},
        [],
    )
    assert counted["rows"]["archive"] > 0
    store = worklist.open_store(Home(home))
    [told] = [one for one in worklist.accesses(store) if one["what"] == "erased"]
    store.close()
    assert (told["who"], told["rows"], told["key"]) == (
        line["who"],
        sum(counted["rows"].values()),
        None,
    )


def test_asked_for_by_a_merged_id_it_is_the_same_person(home):
    assert b12(home, "erase", ALIAS, "--yes").code == 0
    assert named_in(home, FORGOTTEN) == named_in(home, ALIAS) == []


def test_one_after_the_other(home):
    "The log of the first erasure must not name the next patient"
    assert b12(home, "erase", FORGOTTEN, "--yes").code == 0
    assert b12(home, "erase", KEPT[0], "--yes").code == 0
    assert named_in(home, KEPT[0]) == named_in(home, FORGOTTEN) == []
    assert set(assessments(home)) == {KEPT[1]}


def test_the_others_stay_as_they_were(home):
    before = {patient: assessments(home)[patient] for patient in KEPT}
    assert b12(home, "erase", FORGOTTEN, "--yes").code == 0
    assert b12(home, "screen", "--as-of", AS_OF).code == 0
    assert assessments(home) == before
    assert (
        b12(home, "explain", KEPT[0], "--format", "json").json["assessment"]["b12_value"] == 120.0
    )


def test_the_others_can_be_explained_before_the_next_run(home):
    "The lake's old files are gone, so the published run's own versions cannot be read any more"
    was = b12(home, "explain", KEPT[0], "--format", "json").json
    assert b12(home, "erase", FORGOTTEN, "--yes").code == 0
    found = b12(home, "explain", KEPT[0], "--format", "json").json
    assert (was["lake"], found["lake"]) == ("data of the last published run", "current data")
    assert found["assessment"] == was["assessment"]


def test_the_same_delivery_brings_no_patient_back(home, deliveries):
    assert b12(home, "erase", FORGOTTEN, "--yes").code == 0
    again = b12(home, "ingest", *deliveries, "--source", "canonical", "--format", "json")
    assert all(one["duplicates"] == one["rows"] for one in again.json)
    assert b12(home, "screen", "--as-of", AS_OF).code == 0
    assert set(assessments(home)) == set(KEPT)
    assert named_in(home, FORGOTTEN) == []


def test_replaying_the_archive_brings_no_patient_back_and_keeps_every_line(home):
    before = {patient: assessments(home)[patient]["b12_source"] for patient in KEPT}
    assert b12(home, "erase", FORGOTTEN, "--yes").code == 0
    assert b12(home, "reingest").code == 0
    assert b12(home, "screen", "--as-of", AS_OF).code == 0
    assert {patient: row["b12_source"] for patient, row in assessments(home).items()} == before
    assert named_in(home, FORGOTTEN) == []


def test_from_a_parquet_delivery_and_from_a_refused_file(tmp_path):
    home, folder = tmp_path / "home", tmp_path / "in"
    folder.mkdir()
    pq.write_table(
        pa.Table.from_pylist([{"patient_id": one, **LOW} for one in (FORGOTTEN, *KEPT)]),
        folder / "lab_result.parquet",
    )
    (folder / "lab_result_refused.csv").write_text(
        f"patient_id,code\n{FORGOTTEN},2132-9\n{KEPT[0]},2132-9\n", encoding="utf-8"
    )
    pq.write_table(
        pa.Table.from_pylist([{"patient_id": FORGOTTEN, "code": "2132-9"}]),
        folder / "lab_result_refused.parquet",
    )
    assert b12(home, "ingest", folder, "--source", "canonical").code == 10
    assert b12(home, "screen", "--as-of", AS_OF).code == 0
    assert b12(home, "erase", FORGOTTEN, "--yes").code == 0
    assert named_in(home, FORGOTTEN) == []
    assert set(assessments(home)) == set(KEPT)


def test_an_unknown_patient_is_a_mistake_and_nothing_is_written(home):
    answer = b12(home, "erase", "nobody", "--yes")
    assert answer.code == 2 and "No patient with this ID is on file" in answer.err
    assert not (home / "erasures.jsonl").exists()


def test_a_second_erasure_of_one_patient_says_when_the_first_was(home):
    assert b12(home, "erase", FORGOTTEN, "--yes").code == 0
    told = b12(home, "erase", ALIAS, "--yes")
    assert (told.code, told.out.startswith("This patient was erased on 20")) == (0, True)


HL7 = "".join(
    f"MSH|^~\\&|LAB|HOSP|||20260111||ORU^R01|{n}|P|2.5.1\rPID|1||{one}^^^HOSP^MR||||F\rOBR|1||A{n}|2132-9^^LN|||20260110\r"
    f"OBX|1|NM|2132-9^^LN||110|pg/mL|||||F|||20260110\r" for n, one in enumerate((FORGOTTEN, *KEPT))
)  # fmt: skip
RESOURCES = [
    {"resourceType": kind, **parts(one)}
    for one in (FORGOTTEN, *KEPT)
    for kind, parts in (
        ("Patient", lambda one: {"id": one, "birthDate": "1950-01-01"}),
        ("Observation", lambda one: {
            "id": f"o-{KEPT.index(one) if one in KEPT else 'x'}", "status": "final", "subject": {"reference": f"Patient/{one}"},
            "code": {"coding": [{"system": "http://loinc.org", "code": "2132-9"}]}, "effectiveDateTime": "2026-01-10",
            "valueQuantity": {"value": 110, "unit": "pg/mL", "system": "http://unitsofmeasure.org", "code": "pg/mL"}}),
    )
]  # fmt: skip
BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [{"fullUrl": f"urn:uuid:{n}", "resource": one} for n, one in enumerate(RESOURCES)],
}
OMOP = "person_id,measurement_concept_id,measurement_date,value_as_number,unit_source_value\n" + "".join(
    f"{one},3000593,2026-01-10,110,pg/mL\n" for one in (FORGOTTEN, *KEPT))  # fmt: skip
COLUMNS = dict(zip(("patient_id", "code", "collected_at", "value", "unit"), OMOP.split("\n")[0].split(","), strict=True))  # fmt: skip
SHORT = {name: f"C{place}" for place, name in enumerate(COLUMNS)}  # SAS has 8 letters
WORKBOOKS = "labs.yaml"
LABS = {
    "profile": "labs", "format": "table", "time_zone": "UTC", "dialect": {"delimiter": ",", "quote": '"', "encoding": "utf-8"},
    "files": {"lab_result": ["*.xlsx"], "short": ["*.xpt"]}, "defaults": {"lab_result": {"code_system": "LOINC"}},
    "columns": {"lab_result": {"required": COLUMNS}, "short": {"entity": "lab_result", "required": SHORT}},
}  # fmt: skip


def zipped(name, text):
    with zipfile.ZipFile(file := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return file.getvalue()


def as_loinc(text):
    return [row.replace("3000593", "2132-9").split(",") for row in text.splitlines()]


def workbook(text):
    with xlsxwriter.Workbook(file := io.BytesIO(), {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(as_loinc(text)):
            sheet.write_row(place, 0, row)
    return file.getvalue()


def transport(text):
    "The forgotten patient's record is the last: its records have no place of their own"
    rows = as_loinc(text)[:0:-1]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.xpt"
        pyreadstat.write_xport(pd.DataFrame(rows, columns=list(SHORT.values())), path)
        return path.read_bytes()


FORMS = {
    "hl7": ("hl7v2", "results.hl7", HL7.encode()),
    "ndjson": (
        "fhir_r4",
        "results.ndjson",
        "".join(json.dumps(one) + "\n" for one in RESOURCES).encode(),
    ),
    "bundle": ("fhir_r4", "results.json", json.dumps(BUNDLE, indent=1).encode()),
    "gzip": (
        "fhir_r4",
        "results.ndjson.gz",
        gzip.compress("".join(json.dumps(one) + "\n" for one in RESOURCES).encode()),
    ),
    "omop": ("omop_cdm", "measurement.csv", OMOP.encode()),
    "zip": ("omop_cdm", "measurement.csv.zip", zipped("measurement.csv", OMOP)),
    "workbook": (WORKBOOKS, "labs.xlsx", workbook(OMOP)),
    "transport": (WORKBOOKS, "labs.xpt", transport(OMOP)),
}


@pytest.mark.parametrize("form", FORMS)
def test_in_a_file_of_every_format_the_others_stay_and_keep_their_lines(tmp_path, form):
    source, name, content = FORMS[form]
    home = tmp_path / "home"
    (tmp_path / name).write_bytes(content)
    if source == WORKBOOKS:
        source = tmp_path / WORKBOOKS
        source.write_text(json.dumps(LABS))
    assert b12(home, "ingest", tmp_path / name, "--source", source).code == 0
    assert b12(home, "screen", "--as-of", AS_OF).code == 0
    before = assessments(home)
    assert set(before) == {FORGOTTEN, *KEPT}
    assert b12(home, "erase", FORGOTTEN, "--yes").code == 0
    assert named_in(home, FORGOTTEN) == []
    for path in (home / "archive").rglob("*.gz"):
        assert FORGOTTEN.encode() not in gzip.decompress(path.read_bytes())
    for path in (path for path in (home / "archive").rglob("*") if zipfile.is_zipfile(path)):
        with zipfile.ZipFile(path) as archive:
            assert not any(FORGOTTEN.encode() in archive.read(one) for one in archive.namelist())
    assert b12(home, "reingest").code == 0
    assert b12(home, "screen", "--as-of", AS_OF).code == 0
    assert assessments(home) == {patient: before[patient] for patient in KEPT}, (
        "their evidence stands on the same lines"
    )


OTHERWISE = {
    "first_of": (
        "columns: {lab_result: {required: {patient_id: {first_of: [nhs, mrn]}, code: code, value: value, unit: unit, collected_at: day}}}",
        "nhs,mrn,code,value,unit,day\n943 476 5919,,2132-9,110,pg/mL,2026-01-10\n,9434765919,2132-9,120,pg/mL,2026-01-11\n9434765870,,2132-9,110,pg/mL,2026-01-10\n",
    ),
    "joined": (
        "columns: {lab_result: {required: {patient_id: [area, mrn], code: code, value: value, unit: unit, collected_at: day}}}",
        "area,mrn,code,value,unit,day\n943,4765919,2132-9,110,pg/mL,2026-01-10\n943,4765870,2132-9,110,pg/mL,2026-01-10\n",
    ),
    "wide": (
        "columns: {lab_result: {required: {patient_id: mrn, collected_at: day}, wide: {b12: {code: 2132-9, unit: pg/mL}}}}",
        "mrn,day,b12\n943-476-5919,2026-01-10,110\n943-476-5870,2026-01-10,110\n",
    ),
    "split": (
        "columns: {lab_result: {split: {lab_result: {when: {kind: lab}, required: {patient_id: mrn, code: code, value: value, unit: unit, collected_at: day}},"
        " condition: {when: {kind: dx}, required: {patient_id: person, code: code, onset_on: day}}}}}",
        "kind,mrn,person,code,value,unit,day\nlab,9434765919,,2132-9,110,pg/mL,2026-01-10\ndx,,943 476 5919,D51.0,,,2020-01-10\nlab,9434765870,,2132-9,110,pg/mL,2026-01-10\n",
    ),
    "lookup": (
        "reference: [visit*.csv]\nlookup: {key: visit, patient_id: mrn}\n"
        "columns: {lab_result: {required: {patient_id: mrn, code: code, value: value, unit: unit}, date_from: {collected_at: day}}}",
        "mrn,visit,code,value,unit\n9434765919,1,2132-9,110,pg/mL\n9434765870,2,2132-9,110,pg/mL\n",
    ),
}  # fmt: skip
GONE, STAYS = "9434765919", "9434765870"


@pytest.mark.parametrize("form", OTHERWISE)
def test_a_patient_goes_however_the_profile_finds_the_number(tmp_path, form):
    profile, content = OTHERWISE[form]
    (tmp_path / "site.yaml").write_text(
        "profile: site\nformat: table\ntime_zone: UTC\nother_columns: ignored\npatient_id: {digits_only: true, width: 10}\n"
        f"dialect: {{delimiter: ',', quote: '\"', encoding: utf-8}}\nfiles: {{lab_result: ['lab*.csv']}}\n{profile}\n"
    )
    files = tmp_path / "in"
    files.mkdir()
    (files / "lab.csv").write_text(content)
    (files / "visit.csv").write_text(
        "mrn,visit,day\n943 476 5919,1,2026-01-10\n943 476 5870,2,2026-01-10\n"
    )
    (files / "visit_kinds.csv").write_text("kind,name\n1,ward\n")
    if form != "lookup":
        (files / "visit.csv").unlink()
        (files / "visit_kinds.csv").unlink()
    home = tmp_path / "home"
    answer = b12(home, "run", files, "--source", tmp_path / "site.yaml", "--as-of", AS_OF)
    assert answer.code == 0, answer.err
    assert set(assessments(home)) == {GONE, STAYS}
    assert b12(home, "erase", GONE, "--yes").code == 0
    assert form != "lookup" or any(
        "ward" in path.read_text() for path in (home / "reference").rglob("*.csv")
    )
    digits = {
        path: "".join(filter(str.isdigit, path.read_text(encoding="utf-8").replace("\n", "x")))
        for room in ("archive", "reference")
        for path in (home / room).rglob("*.csv")
    }
    assert digits and not [path for path, text in digits.items() if GONE in text]
    assert all(STAYS in text for path, text in digits.items() if "ward" not in path.read_text())
    assert b12(home, "reingest").code == 0
    assert b12(home, "screen", "--as-of", AS_OF).code == 0
    assert set(assessments(home)) == {STAYS}


def move_to_folder(tmp_path, source, name, content, patient):
    "Ingest a file, erase a patient; returns what the archive holds then"
    home = tmp_path / "home"
    (tmp_path / name).write_bytes(content)
    assert b12(home, "ingest", tmp_path / name, "--source", source).code == 0
    assert b12(home, "erase", patient, "--yes").code == 0
    [path] = (path for path in (home / "archive").rglob("*.*") if path.suffix != ".sha256")
    return path.read_bytes()


def test_a_short_id_erases_its_own_message_alone(tmp_path):
    left = move_to_folder(tmp_path, "hl7v2", "a.hl7", HL7.replace(FORGOTTEN, "1").encode(), "1")
    assert left.count(b"PID|1||") == 2 and b"PID|1||1^" not in left


@pytest.mark.parametrize("patient", ["ann", "bob", "cat"])
def test_a_stray_quote_in_a_cell_hides_no_patient_and_erases_no_other(tmp_path, patient):
    rows = {
        "ann": 'ann,2132-9,110,pg/mL,2026-01-05,5" tube',
        "bob": "bob,2132-9,110,pg/mL,2026-01-05,x",
        "cat": 'cat,2132-9,110,pg/mL,2026-01-05,6" tube',
    }
    content = "\n".join(["patient_id,code,value,unit,collected_at,comment", *rows.values()]) + "\n"
    left = (
        move_to_folder(tmp_path, "canonical", "lab_result.csv", content.encode(), patient)
        .decode()
        .split("\n")
    )
    assert left[1:4] == [row if one != patient else "" for one, row in rows.items()]


def test_by_an_identifier_all_that_is_about_the_patient_and_nothing_that_is_not(tmp_path):
    profile = tmp_path / "mrn.yaml"
    profile.write_text("extends: fhir_r4\nprofile: mrn\npatient_id: {identifier_system: urn:mrn}\n")
    entries = [{"fullUrl": f"http://x/Patient/{one}", "resource": {"resourceType": "Patient", "id": one, "identifier": [{"system": "urn:mrn", "value": mrn}]}}
               for one, mrn in (("abc", "M1"), ("def", "M2"))]  # fmt: skip
    entries += [{"resource": {**RESOURCES[1], "id": f"of-{one}", "subject": {"reference": f"Patient/{one}"}, "performer": [{"identifier": {"value": "M2"}}]}}
                for one in ("abc", "def")]  # fmt: skip
    left = move_to_folder(
        tmp_path,
        profile,
        "b.json",
        json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode(),
        "M2",
    )
    assert [bool(entry) for entry in json.loads(left)["entry"]] == [True, False, True, False]


@pytest.fixture
def mentioned(tmp_path):
    "A home in which a comment of one patient's result names another one"
    people = ("ZAN-1", "ZBO-2")
    rows = [{"patient_id": one, **LOW, "comment": f"sister of {people[0]}"} for one in people]
    home = tmp_path / "home"
    assert (
        b12(home, "ingest", deliver(tmp_path / "in", lab_result=rows), "--source", "canonical").code
        == 0
    )
    return home


def test_ids_in_the_rows_of_others_are_found_and_left_for_a_person_to_decide(mentioned):
    answer = b12(mentioned, "erase", "ZAN-1", "--yes")
    assert answer.code == 0 and "still stands in text of others" in answer.out
    [archived] = (mentioned / "archive").rglob("*.csv")
    assert f"  archive/canonical/{archived.name}: 1 from line 3\n" in answer.out
    assert "  lake/lab_result: 1\n" in answer.out
    assert "ZBO-2" in archived.read_text() and "ZAN-1" not in answer.out


def test_a_received_message_that_is_not_landed_yet_is_found_like_a_waiting_delivery(mentioned):
    spooled = mentioned / "spool" / "hl7v2" / "received-a.hl7"
    spooled.parent.mkdir(parents=True)
    spooled.write_bytes(b"\x0b" + oru(1) + b"\x1c\r\x0b" + oru(2, patient="ZAN-1") + b"\x1c\r")
    assert "  spool/hl7v2/received-a.hl7: 1" in b12(mentioned, "erase", "ZAN-1", "--yes").out


def test_a_dry_run_lists_files_and_counts_and_changes_nothing(home):
    before = {
        path: path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and "worklist.db" not in path.name
    }
    answer = b12(home, "erase", FORGOTTEN, "--dry-run")
    assert answer.code == 0 and answer.out.startswith("Would erase ") and "  archive/" in answer.out
    assert all(path.read_bytes() == content for path, content in before.items())
    would = answer.out.split("\n")[0].removeprefix("Would erase")
    assert b12(home, "erase", FORGOTTEN, "--yes").out.split("\n")[0].removeprefix("Erased") == would


@pytest.mark.parametrize(
    ("typed", "code"), [("ZAN-1\ny\n", 0), ("ZAN-1\nYES\n", 0), ("ZAN-1\n\n", 2), ("ZAN-1", 2)]
)
def test_the_id_and_the_answer_are_read_from_standard_input(mentioned, monkeypatch, typed, code):
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    answer = b12(mentioned, "erase", "-")
    assert answer.code == code
    assert ("Nothing was erased" in answer.err) == (code == 2)


def test_a_file_that_came_in_two_snapshots_is_cut_once(tmp_path):
    "It lies in the archive once: places that were counted before the first cut would hit others after it"
    profile = tmp_path / "full.yaml"
    profile.write_text("extends: fhir_r4\nprofile: full\nsnapshot: 'full_(\\d{8})'\n")
    for day in ("20260101", "20260201"):
        (tmp_path / day).mkdir()
        (tmp_path / day / f"full_{day}.json").write_text(json.dumps(BUNDLE))
        assert b12(tmp_path / "home", "ingest", tmp_path / day, "--source", profile).code == 0
    assert b12(tmp_path / "home", "erase", FORGOTTEN, "--yes").code == 0
    [archived] = (tmp_path / "home" / "archive").rglob("*.json")
    kept = [entry.get("resource") for entry in json.loads(archived.read_text())["entry"]]
    assert kept == [None, None, *RESOURCES[2:]]


def test_the_words_of_others_stay_counted_however_their_format_writes_them(tmp_path):
    "An umlaut in JSON is an escape, and a code may be written in small letters"
    resources = [dict(each) for each in RESOURCES]
    for place, words in ((1, "Prüfung A"), (3, 'Größe ü/2 "x"'), (5, "Prüfung A")):
        code = {"coding": [{"system": "urn:local", "code": f"ä-{place}", "display": words}]}
        resources[place] = {**resources[place], "code": code}
    (tmp_path / "a.ndjson").write_text("".join(json.dumps(one) + "\n" for one in resources))
    home = tmp_path / "home"
    assert b12(home, "ingest", tmp_path / "a.ndjson", "--source", "fhir_r4").code == 0
    assert b12(home, "erase", FORGOTTEN, "--yes").code == 0
    counted = query(Home(home), "select code, name from lake.unmapped_code order by all")
    assert [(row["code"], row["name"]) for row in counted] == [
        ("ä-3", 'Größe ü/2 "x"'),
        ("ä-5", "Prüfung A"),
    ]


def test_what_lies_in_a_zip_beside_its_table_is_looked_through(tmp_path):
    "No reader reads it: a hidden copy, a letter, the table of another program"
    home, folder = tmp_path / "home", deliver(tmp_path / "in", patient=[{"patient_id": "ZAN-1"}])
    table = "patient_id,birth_date\nZBO-2,1950-01-01\n"
    beside = {".patient.csv.swp": table + "ZAN-1,1951-01-01\n", "letter.md": "ZCY-3\nis well"}
    with zipfile.ZipFile(folder / "patient_more.csv.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in {"patient.csv": table, **beside}.items():
            packed.writestr(name, text)
    assert b12(home, "ingest", folder, "--source", "canonical").code == 0
    answer = b12(home, "erase", "ZAN-1", "--yes")
    [archived] = (home / "archive").rglob("*.zip")
    assert f"  archive/canonical/{archived.name}, beside its table: 1 from line 3\n" in answer.out
    unknown = b12(home, "erase", "ZCY-3", "--yes")
    assert unknown.code == 2 and "beside its table" in unknown.err
