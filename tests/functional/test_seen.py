"""Who saw whom: whatever shows a patient, on the pages or on the command line, is on record with that patient."""

import getpass
import io
import json

import pytest

from pipeline import worklist
from pipeline.cli.commands import screening
from pipeline.core.config import Home
from pipeline.web import create_app
from tests.command import AS_OF, b12, deliver, run
from tests.functional.web_client import client, keys, token
from tests.homes import LOW

FINE = {**LOW, "value": "900"}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    "ann and ben are on the worklist of two nights, cat is not"
    home = Home(tmp_path_factory.mktemp("home"))
    first = [{"patient_id": "ann", **LOW}, {"patient_id": "cat", **FINE, "result_id": "c1"}]
    run(home.root, deliver(tmp_path_factory.mktemp("in"), lab_result=first), as_of="2026-01-20")
    second = [{"patient_id": "ben", **LOW, "result_id": "b1"}]
    run(home.root, deliver(tmp_path_factory.mktemp("in"), lab_result=second), as_of=AS_OF)
    return home


@pytest.fixture
def store(home):
    found = worklist.open_store(home)
    yield found
    found.close()


def browser_of(home, role="admin", name="kim"):
    return client(create_app(home, identify=lambda: worklist.Actor(name, role)), address="10.0.0.5")


def newest(store):
    "The newest access, and the patients it showed"
    row = worklist.accesses(store, limit=1)[0]
    shown = [one["patient_id"] for one in worklist.patients_seen(store, row["id"])]
    return (row["who"], row["what"], row["origin"], row["rows"]), shown


def test_every_page_that_shows_patients_says_whom(home, store):
    kim = browser_of(home)
    listed = kim.get("/worklist")
    assert newest(store) == (("kim", "list", "10.0.0.5", 2), ["ann", "ben"])
    kim.get(f"/patients/{keys(listed)[0]}")
    assert newest(store)[0][1] == "patient" and len(newest(store)[1]) == 1
    for begins, shown in (("an", ["ann"]), ("cat", ["cat"]), ("zoe", [])):
        kim.post("/worklist/search", data={"csrf": token(listed), "patient": begins})
        assert newest(store) == (("kim", "search", "10.0.0.5", len(shown)), shown)
    kim.get("/runs/compare")
    assert newest(store) == (("kim", "compare", "10.0.0.5", 1), ["ben"])
    for form in ("csv", "xlsx", "json", "fhir", "omop"):
        assert kim.get(f"/worklist/export?format={form}").status_code == 200
        assert newest(store) == (("kim", "export", "10.0.0.5", 2), ["ann", "ben"]), form


def test_an_action_shows_the_patient_when_it_fails(home, store):
    kim = browser_of(home)
    listed = kim.get("/worklist")
    [key, *_] = keys(listed)
    sent = {"csrf": token(listed), "version": "1", "to": "declined"}
    assert kim.post(f"/patients/{key}/act", data=sent).status_code == 400
    assert newest(store)[0][1] == "patient"


@pytest.mark.parametrize(
    ("arguments", "what", "shown"),
    [
        (["worklist"], "list", ["ann", "ben"]),
        (["worklist", "--format", "csv"], "list", ["ann", "ben"]),
        (["worklist", "--format", "fhir", "--priority", "4"], "export", []),
        (["worklist", "--format", "omop"], "export", ["ann", "ben"]),
        (["explain", "ann"], "explain", ["ann"]),
        (["explain", "cat"], "explain", ["cat"]),
        (["diff", "previous", "latest"], "compare", ["ben"]),
        (["rejects"], "rejects", []),
    ],
)
def test_so_does_the_command_line(home, store, arguments, what, shown):
    assert b12(home.root, *arguments).code == 0
    assert newest(store) == ((getpass.getuser(), what, "command line", len(shown)), shown)


def test_what_is_denied_is_on_record_without_what_was_asked_for(home, store):
    browser_of(home, "viewer", "vic").get("/audit?patient=secret")
    [denied] = worklist.accesses(store, limit=1)
    assert (denied["who"], denied["what"], denied["detail"]) == ("vic", "denied", "GET /audit")


def test_an_administrator_asks_who_saw_a_patient_and_what_a_user_saw(home, store):
    browser_of(home, "coordinator", "lee").get("/worklist")
    admin = browser_of(home)
    start = admin.get("/audit")
    sent = {"csrf": token(start), "patient": "ben"}
    address = admin.post("/audit/patient", data=sent).headers["location"]
    assert "ben" not in address and "lee" in admin.get(address).text
    assert newest(store)[1] == ["ben"], "that it was asked is on record, of this patient"
    of_lee = admin.get("/audit?user=lee").text
    assert "2 patients" in of_lee and ">kim<" not in of_lee.split("<tbody>")[1]
    [listed] = worklist.accesses(store, worklist.Asked(who="lee"), limit=1)
    entry = admin.get(f"/audit/{listed['id']}").text
    assert "ann" in entry and "ben" in entry and newest(store)[1] == ["ann", "ben"]
    assert admin.post("/audit/patient", data={**sent, "patient": "be"}).status_code == 404
    assert "Nothing is on record" in admin.get("/audit?until=2020-01-01").text
    for nothing in ("/audit/0", f"/audit/{2**63}", "/audit?patient=none"):
        assert admin.get(nothing).status_code == 404
    assert admin.get("/audit?since=1st").status_code == 400


def test_the_audit_is_exported_as_json_lines_without_a_patient_id(home, store):
    admin = browser_of(home)
    key = keys(admin.get("/worklist"))[0]
    text = admin.get(f"/audit/export?user=kim&patient={key}").text
    lines = [json.loads(line) for line in text.splitlines()]
    assert lines and all(key in line["patients"] and line["who"] == "kim" for line in lines)
    assert '"ann"' not in text and '"ben"' not in text
    assert newest(store)[0][1] == "audit_export"


def test_the_command_line_asks_the_same(home, store, monkeypatch):
    browser_of(home, "coordinator", "lee").get("/worklist")
    monkeypatch.setattr("sys.stdin", io.StringIO("ben\n"))
    asked = b12(home.root, "audit", "--patient", "-", "--user", "lee", "--format", "jsonl")
    lines = [json.loads(line) for line in asked.out.splitlines()]
    assert asked.code == 0 and {line["who"] for line in lines} == {"lee"}
    assert newest(store)[0][1] == "audit" and newest(store)[1] == ["ben"]
    assert "lee" in b12(home.root, "audit", "--user", "lee", "--since", "2026-01-01").out
    assert "No access is on record" in b12(home.root, "audit", "--until", "2020-01-01").out
    monkeypatch.setattr("sys.stdin", io.StringIO("zoe\n"))
    assert b12(home.root, "audit", "--patient", "-").code == 2


def test_what_cannot_be_recorded_is_not_shown(home, monkeypatch):
    from pipeline.core import StorageError

    def fails(*_, **__):
        raise StorageError("The worklist database cannot be used.")

    kim = browser_of(home)
    monkeypatch.setattr("pipeline.web.recorded.worklist.record_access", fails)
    page = kim.get("/worklist")
    assert page.status_code == 503 and ">ann<" not in page.text
    shown = b12(home.root, "worklist")
    assert shown.code == 13 and shown.out == ""


def test_a_run_that_is_published_meanwhile_shows_nobody_who_is_not_on_record(
    home, store, monkeypatch
):
    "What is recorded and what is shown are of one run, though `latest` moves between the two"
    older, latest = sorted(home.runs.glob("[!.l]*"))[0], home.runs / "latest"
    newer = latest.readlink()

    def meanwhile(*arguments, **more):
        latest.unlink()
        latest.symlink_to(newer)
        return recorded(*arguments, **more)

    recorded = screening.record_patients
    monkeypatch.setattr(screening, "record_patients", meanwhile)
    latest.unlink()
    latest.symlink_to(older.name)
    shown = b12(home.root, "worklist", "--format", "csv").out
    assert newest(store)[1] == ["ann"] and "ann" in shown and "ben" not in shown
