"""A population that means harm: SQL, HTML, templates and formulas in every field of every entity, in names of files, in what is compressed."""

import csv
import gzip
import io
import json
import struct
import zlib
from html.parser import HTMLParser

import openpyxl
import pytest

from pipeline import lake, worklist
from pipeline.core.config import ENTITIES, Home
from pipeline.lake.schema import TABLES
from pipeline.profiles import clean_id
from pipeline.profiles.files import read_profile
from pipeline.web import create_app
from tests.command import AS_OF, adds_up, assessments, b12, deliver, latest
from tests.functional.web_client import client
from tests.homes import LOW

HARM = """'"><script>alert(7731)</script><img src=x onerror=alert(7731)>{{7731*7}}${7731*7}'); drop table item; -- ../../etc/passwd %00"""
FORMULA = '=HYPERLINK("http://example.org/7731";"x");=1+7731'
HARMFUL_ID = clean_id(f"{HARM}-lab_result")  # white space inside an id goes
SOUND = {
    "patient": {"birth_date": "1950-01-01", "sex": "female", "site": "North"},
    "lab_result": {**LOW, "result_id": "r"},
    "medication": {"code": "metformin", "code_system": "NAME", "start_on": "2025-01-01"},
    "condition": {"code": "vegan", "code_system": "LOCAL", "onset_on": "2025-01-01"},
    "procedure": {"code": "J3420", "code_system": "HCPCS", "performed_on": "2020-01-01"},
}
PAGES = (
    "/worklist", "/worklist?priority=1", "/worklist?sort=patient_id", "/population", "/population/what-if", "/population/outcomes", "/quality", "/quality/rejects",
    "/quality/unmapped", "/runs", "/runs/compare", "/audit", "/help",
)  # fmt: skip


def hostile_rows(entity):
    "Of every column two rows that are sound but for it, and two of a patient who is called so"
    columns = list(read_profile("canonical").columns[entity].all)
    for column in columns:
        for kind, text in (("harm", HARM), ("formula", FORMULA)):
            who = f"{text}-{entity}" if column == "patient_id" else f"{kind}-{entity}-{column}"
            yield {
                "patient_id": who,
                **SOUND[entity],
                **({} if column == "patient_id" else {column: text}),
            }


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    "The whole walk over it, among a hundred patients who mean no harm; returns the home and the accounts"
    folder = tmp_path_factory.mktemp("in")
    deliver(folder, **{entity: list(hostile_rows(entity)) for entity in ENTITIES})
    labs = [
        {
            "patient_id": f"sound-{n}",
            **SOUND["lab_result"],
            "value": str(200 + 5 * n),
            "result_id": f"s{n}",
        }
        for n in range(100)
    ]
    deliver(
        folder / "sound",
        lab_result=labs,
        patient=[{"patient_id": f"sound-{n}", **SOUND["patient"]} for n in range(100)],
    )
    named = folder / "lab_result'); drop table x; -- <img src=x onerror=alert(7731)>.csv"
    named.write_text(
        "patient_id,code,value,unit,collected_at\n,2132-9,110,pg/mL,2026-01-10\nharm-name,2132-9,110,pg/mL,2026-01-10\n"
    )
    home = tmp_path_factory.mktemp("home")
    accounts = b12(home, "ingest", folder, "--source", "canonical", "--format", "json")
    assert accounts.code == 0, accounts.err
    answer = b12(home, "screen", "--as-of", AS_OF)
    assert answer.code == 0, answer.err
    return Home(home), accounts.json


class Tags(HTMLParser):
    "What a browser would run or load of a page"

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        is_ours = given.get("src", "").startswith("/static/")
        if (tag in ("script", "img", "iframe", "object", "embed") and not is_ours) or any(
            name.startswith("on") for name in given
        ):
            self.found.append((tag, given))
        if (given.get("href") or "").lower().startswith(("javascript:", "http:", "data:")):
            self.found.append((tag, given))


def is_harmless(page):
    assert page.status_code == 200, page.url
    assert Tags(page.text).found == [], page.url
    assert str(7731 * 7) not in page.text, "a template was worked out"
    return page.text


def test_every_row_is_accounted_for_and_every_table_stands(walked):
    home, accounts = walked
    assert len(accounts) == len(ENTITIES) + 3 and all(adds_up(one) for one in accounts)
    assert all(lake.open_table(home, table) is not None for table in TABLES)
    found = assessments(home.root)
    assert HARMFUL_ID in found and f"{FORMULA}-patient" in found
    assert sum(one.startswith("sound-") for one in found) == 100
    assert found["harm-lab_result-comment"]["b12_value"] == 110.0


def test_no_page_runs_anything(walked):
    home, _ = walked
    browser = client(create_app(home, identify=lambda: worklist.Actor("kim", "admin")))
    texts = {path: is_harmless(browser.get(path)) for path in PAGES}
    assert "onerror" in texts["/quality/rejects"] and "onerror" in texts["/quality/unmapped"], (
        "it is shown, as text"
    )
    store = worklist.open_store(home)
    hostile = [
        one for one in assessments(home.root) if one.startswith("harm-") or clean_id(HARM) in one
    ]
    shown = 0
    for patient in hostile:
        text = is_harmless(
            browser.get(f"/patients/{worklist.item_of_patient(store, patient)['key']}")
        )
        shown += "&lt;script&gt;" in text
    store.close()
    assert len(hostile) > 25 and shown > 5


@pytest.mark.parametrize("command", ["worklist", "rejects", "unmapped", "published"])
def test_no_cell_of_a_csv_runs(walked, command):
    home, _ = walked
    text = (
        latest(home.root, "worklist.csv").decode()
        if command == "published"
        else b12(home.root, command, "--format", "csv").out
    )
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert any("7731" in cell for cell in cells)
    # a spreadsheet of another country divides cells at semicolons, whatever the quotes say
    cells += [cell for row in csv.reader(io.StringIO(text), delimiter=";") for cell in row]
    assert [
        cell
        for cell in cells
        if cell.startswith(("=", "+", "@", "\t", "\r"))
        or (cell.startswith("-") and not _is_number(cell))
    ] == []


def _is_number(cell):
    try:
        return float(cell) is not None
    except ValueError:
        return False


def test_no_cell_of_a_workbook_is_a_formula(walked, tmp_path):
    home, _ = walked
    assert b12(home.root, "worklist", "--format", "xlsx", "--out", tmp_path / "w.xlsx").code == 0
    sheet = openpyxl.load_workbook(tmp_path / "w.xlsx").worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert any("7731" in str(cell.value) for cell in cells)
    assert [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink] == []


def test_explaining_and_erasing_them_is_like_any_other(walked):
    home, _ = walked
    name = f"{HARM}-lab_result"
    explained = json.loads(b12(home.root, "explain", name, "--format", "json").out)
    assert explained["patient_id"] == HARMFUL_ID
    before = len(assessments(home.root))
    assert b12(home.root, "erase", name, "--yes").code == 0
    assert len(assessments(home.root)) == before - 1, "one patient, and no other"
    assert all(lake.open_table(home, table) is not None for table in TABLES)


def gzip_named(name, content):
    "A gzip whose header says how the file is called"
    packed = zlib.compressobj(wbits=-15)
    body = packed.compress(content) + packed.flush()
    return (
        b"\x1f\x8b\x08\x08"
        + bytes(6)
        + name.encode()
        + b"\0"
        + body
        + struct.pack("<II", zlib.crc32(content), len(content))
    )


@pytest.mark.parametrize("name", ["../../outside.csv", "/tmp/b12-outside.csv"])
def test_the_name_inside_a_gzip_leads_nowhere(tmp_path, name):
    folder = tmp_path / "in"
    folder.mkdir()
    content = gzip_named(
        name, b"patient_id,code,value,unit,collected_at\nann,2132-9,110,pg/mL,2026-01-10\n"
    )
    assert gzip.decompress(content).startswith(b"patient_id")
    (folder / "lab_result.csv.gz").write_bytes(content)
    before = {path for path in tmp_path.rglob("*") if "home" not in path.parts}
    assert b12(tmp_path / "home", "ingest", folder, "--source", "canonical").code == 0
    assert {path for path in tmp_path.rglob("*") if "home" not in path.parts} == before
    assert not list(tmp_path.rglob("*outside*"))


ENTITIES_OF_XML = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "7731"><!ENTITY b "&a;&a;&a;&a;">]><Bundle xmlns="http://hl7.org/fhir">&b;</Bundle>'


@pytest.mark.parametrize(
    ("source", "name", "content"),
    [
        ("fhir_r4", "bundle.json", ENTITIES_OF_XML.encode()), ("hl7v2", "results.hl7", ENTITIES_OF_XML.encode()),
        ("canonical", "lab_result.csv", ENTITIES_OF_XML.encode()), ("canonical", "lab_result.csv", b"PK\x03\x04" + b"\0" * 100),
        ("fhir_r4", "bundle.json", b"[" * 200_000), ("fhir_r4", "bundle.json", b'{"a":' * 200_000),
    ],
    ids=["XML as FHIR", "XML as HL7", "XML as a table", "zip as a table", "deep lists", "deep objects"],
)  # fmt: skip
def test_xml_and_zip_are_not_read_and_depth_ends_nothing(tmp_path, source, name, content):
    (tmp_path / name).write_bytes(content)
    answer = b12(
        tmp_path / "home", "ingest", tmp_path / name, "--source", source, "--format", "json"
    )
    assert answer.code == 10, answer.err
    assert answer.json[0]["refused"] and answer.json[0]["accepted"] == 0


def test_links_in_the_landing_folder_are_not_followed(tmp_path):
    landing = tmp_path / "home" / "landing" / "canonical"
    landing.mkdir(parents=True)
    (tmp_path / "outside.csv").write_text(
        "patient_id,code,value,unit,collected_at\nsecret,2132-9,110,pg/mL,2026-01-10\n"
    )
    (landing / "lab_result.csv").symlink_to(tmp_path / "outside.csv")
    (landing / "up").symlink_to(tmp_path)
    beside = deliver(tmp_path / "in", lab_result=[{"patient_id": "ann", **SOUND["lab_result"]}])
    assert b12(tmp_path / "home", "ingest", beside, "--source", "canonical").code == 0
    assert b12(tmp_path / "home", "screen", "--as-of", AS_OF).code == 0
    assert set(assessments(tmp_path / "home")) == {"ann"}
    assert (tmp_path / "outside.csv").exists()


def test_no_escape_sequence_reaches_a_terminal(tmp_path):
    "In a cell, in an id that is asked for, in the name of a file"
    red = "\x1b[31m"
    rows = [{"patient_id": "ann", **LOW, "performing_lab": f"{red}lab\x9b", "unit": f"pg/mL{red}"}]
    folder = deliver(tmp_path / "in", lab_result=rows, condition=[{"patient_id": f"x{red}"}])
    (folder / "lab_result.csv").rename(folder / f"lab_result{red}.csv")
    home = tmp_path / "home"
    asked = (
        ("run", folder, "--source", "canonical", "--as-of", AS_OF),
        ("rejects",),
        ("unmapped",),
        ("explain", "ann"),
        ("explain", f"{red}nobody"),
        ("worklist",),
        ("erase", f"nobody{red}", "--yes"),
    )
    printed = [b12(home, *words) for words in asked]
    assert "%1B[31m" in "".join(each.out + each.err for each in printed)
    assert not [each for each in printed if "\x1b" in each.out + each.err or "\x9b" in each.out]
