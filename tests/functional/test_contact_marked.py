"""Marked names, telephone numbers and addresses of patients are found in the contact table, in the archive, and on pages of
those who may see the patient, and in letters: nowhere else."""

import logging
import re

import pytest

from pipeline import worklist
from pipeline.core.config import CONTACT, Home
from pipeline.web import create_app
from tests.command import AS_OF, b12, deliver
from tests.functional.web_client import client, keys, token
from tests.generative.test_erasure import everything
from tests.homes import LOW

MARK = "zqmarked"
SAID = {
    "name": f"Ann {MARK}-name", "phone": "0207-946-0773", "email": f"{MARK}@example.org", "preferred_language": f"{MARK}-language",
    "postcode_area": "ZQ9", "registered_clinician": f"Dr {MARK}-clinician", "ethnicity": f"{MARK}-ethnicity",
}  # fmt: skip
MARKS = (MARK, "946-0773")
BAD = {"phone": f"{MARK}-no-digits", "email": f"{MARK} at example", "name": MARK * 40}
COMMANDS = (
    ["worklist"], ["worklist", "--format", "csv"], ["worklist", "--format", "json"], ["quality"], ["runs"], ["rejects"],
    ["rejects", "--format", "csv"], ["unmapped"], ["history"], ["explain", "zq-1"], ["explain", "zq-1", "--format", "json"],
    ["doctor"], ["doctor", "--settings"], ["audit"], ["simulate"], ["overdue"], ["archived"],
)  # fmt: skip


def patients():
    sound = {"birth_date": "1950-01-01", "sex": "female", "site": "north"} | SAID
    rows = [{"patient_id": f"zq-{number}"} | sound for number in range(8)]
    rows += [rows[0], rows[1] | {"phone": SAID["phone"] + "1"}]  # duplicates
    rows += [{"patient_id": ""} | sound, {"patient_id": "1.2E+09"} | sound]  # rejected
    rows += [{"patient_id": "zq-bad"} | sound | BAD]
    return [*rows, {"patient_id": "zq-old", "merged_into": "zq-1"} | sound]


def letters(folder):
    "A letter, an SMS and a letter to the clinician to everyone, into a folder"
    folder.mkdir()
    names = {"letter": "recall-letter", "sms": "recall-sms", "clinician": "clinician-notice"}
    for kind, name in names.items():
        given = ("--kind", kind, "--template", name, "--out", folder / f"{kind}.csv")
        yield "letters", "write", *given


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    "(home, lineage, what the commands said) after a night on marked deliveries, a refused one and a replay"
    folder = tmp_path_factory.mktemp("marked")
    home, events = folder / "home", folder / "lineage.json"
    given = deliver(
        folder / "in",
        patient=patients(),
        lab_result=[{"patient_id": f"zq-{number}"} | LOW for number in range(8)],
    )
    headless = f"zq-9,Ann {MARK}-name,0207-946-0773\n"  # as the header of a file without one
    (given / "patient-headless.csv").write_text(2 * headless)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("OPENLINEAGE__TRANSPORT__TYPE", "file")
        environment.setenv("OPENLINEAGE__TRANSPORT__LOG_FILE_PATH", str(events))
        environment.setenv("OPENLINEAGE__TRANSPORT__APPEND", "true")
        said = [b12(home, "run", given, "--source", "canonical", "--as-of", AS_OF)]
        said += [b12(home, *command) for command in COMMANDS]
        said += [
            b12(home, "worklist", "--out", folder / f"list.{end}")
            for end in ("csv", "xlsx", "html", "parquet")
        ]
        said += [b12(home, "reingest"), b12(home, "export", "--out", folder / "fhir")]
        environment.setenv("B12_CLINIC_NAME", "Example Health Centre")
        environment.setenv("B12_CLINIC_PHONE", "020 7946 0000")
        said += [b12(home, *command, "--log") for command in letters(folder / "out")]
        said += [b12(home, "audit", "--format", "jsonl"), b12(home, "letters", "check")]
    return home, folder, "".join(answer.out + answer.err for answer in said)


def holding(folder):
    "The files below a folder that hold a mark: in their bytes, in what is packed in them, in any column"
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file()
        and any(mark in everything(path).decode("utf-8", "replace").lower() for mark in MARKS)
    }


def test_they_are_in_no_file_but_the_archive_the_refused_file_and_the_worklist_database(night):
    _, folder, said = night
    found = holding(folder)
    places = {re.sub(r"/[^/]*\.csv$", "", name) for name in found}
    assert {name.removesuffix("-wal").removesuffix("-shm") for name in places} == {
        "home/archive/canonical", "home/refused/canonical", "home/worklist.db", "in", "out",
    }  # fmt: skip
    assert not any(mark in said.lower() for mark in MARKS)
    assert (folder / "lineage.json").stat().st_size and (folder / "list.xlsx").stat().st_size


def test_they_are_in_no_other_table_of_the_database(night):
    store = worklist.open_store(Home(night[0]))
    with store.reading() as con:
        for table in worklist.tables.metadata.sorted_tables:
            rows = str(con.execute(table.select()).all()).lower()
            assert (MARK in rows) == (table.name == "contact"), table.name
    store.close()


def test_they_are_in_the_letters_and_in_no_log_or_message_about_them(night, caplog, monkeypatch):
    monkeypatch.setenv("B12_CLINIC_NAME", "Example Health Centre")
    monkeypatch.setenv("B12_CLINIC_PHONE", "020 7946 0000")
    caplog.set_level(logging.DEBUG)
    caplog.handler.setFormatter(logging.Formatter("%(message)s"))
    with client(
        create_app(Home(night[0]), identify=lambda: worklist.Actor("kim", "steward"))
    ) as browser:
        page = browser.get("/worklist")
        ticked = re.findall(r'name="keys" value="([^"]+)"', page.text)
        page = browser.post("/letters", data={"csrf": token(page), "keys": ticked})
        assert SAID["name"] in page.text
        act = re.search(r'name="act" value="([^"]+)"', page.text)[1]
        sent = {"csrf": token(page), "keys": ticked, "act": act, "write": "recall-letter|csv"}
        after = browser.post("/letters/write", data=sent)
        assert MARK not in str(after.headers).lower() and after.status_code == 303
        act = re.search(r"/letters/([\w-]+)", after.headers["location"])[1]
        file = browser.get(f"/letters/{act}/file?form=csv&of={len(ticked)}")
        assert SAID["name"] in file.text and MARK not in str(file.headers).lower()
        refused = browser.get(f"/letters/{act}/file?form=csv&of=77")
        assert refused.status_code == 409 and MARK not in refused.text.lower()
    assert not any(mark in caplog.text.lower() for mark in MARKS)


@pytest.mark.parametrize("role", ["operator", "viewer", "coordinator", "steward", "admin"])
def test_they_are_on_the_page_of_a_patient_for_those_who_may_see_it(night, role, caplog):
    caplog.set_level(logging.DEBUG)
    caplog.handler.setFormatter(logging.Formatter("%(message)s"))
    app = create_app(Home(night[0]), identify=lambda: worklist.Actor("kim", role))
    with client(app) as browser:
        page = browser.get("/worklist")
        found = "".join(
            browser.get(path).text.lower()
            for path in ("/quality", "/runs", "/help", "/population", "/quality/rejects", "/audit")
        )
        assert MARK not in found
        if role == "operator":
            assert page.status_code == 403 and MARK not in page.text
        else:
            shown = browser.get(f"/patients/{keys(page)[0]}").text
            for name in CONTACT:
                assert SAID[name] in shown, name
        exports = browser.get("/worklist/export.csv")
        assert MARK not in exports.text.lower()
    assert not any(mark in caplog.text.lower() for mark in MARKS)
