"The pages on the first night of another protocol: from which to which, what it did, and whose items it opened again."

import json
import re
import shutil
from contextlib import closing
from datetime import date

import pytest

from pipeline import worklist
from pipeline.core import PROTOCOL, Home
from pipeline.operations import switched
from pipeline.web import create_app
from tests.command import AS_OF, b12
from tests.functional.test_web_other_pack import text_of
from tests.functional.web_client import client, keys
from tests.homes import built_once, copied

TODAY = date.fromisoformat(AS_OF)
NEXT = "2026-02-01"
SAID = "The protocol changed from praxis-2026 2.0.0 to nice-ng239 1.0.0."
ANN = worklist.Actor("ann", "coordinator")


@pytest.fixture(scope="module")
def switched_home(tmp_path_factory):
    return built_once(tmp_path_factory, "switched", switch) / "home"


def switch(folder):
    "A night, after which every second item is closed, and a night of another protocol"
    made = b12(folder, "demo", "--patients", 400, "--out", folder / "demo", "--seed", 3, "--as-of", AS_OF)  # fmt: skip
    assert made.code == 0
    home = Home(folder / "home")
    assert b12(home.root, "ingest", folder / "demo", "--source", "canonical").code == 0
    assert b12(home.root, "screen", "--as-of", "2026-01-30").code == 0
    with closing(worklist.open_store(home)) as store:
        worklist.follow(home, store)
        rows = list(worklist.listed(store, worklist.Filter(), today=TODAY))
        for row in rows[::2]:
            asked = {"to": "declined", "reason": "Prefers to wait"}
            worklist.act(store, row["key"], actor=ANN, version=row["version"], today=TODAY, **asked)
    assert b12(home.root, "screen", "--as-of", AS_OF, "--protocol", "nice-ng239").code == 0


@pytest.fixture
def home(switched_home, tmp_path):
    return Home(copied(switched_home, tmp_path / "home"))


def browser_of(home, role="coordinator", sites=None):
    return client(create_app(home, identify=lambda: worklist.Actor("ann", role, sites)))


def note_of(page):
    found = re.search(r'id="switch">(.*?)</div>', page.text, flags=re.S)
    return found and " ".join(re.sub("<[^>]+>", " ", found[1]).split())


def moved(home):
    [former] = json.loads((home.runs / "latest" / "shadows.json").read_text(encoding="utf-8"))
    return former["moved"]


def reopened(home):
    "The keys of the items of which the night says so, asked of the history"
    with closing(worklist.open_store(home)) as store:
        rows = list(worklist.listed(store, worklist.Filter(status=("open",)), today=TODAY))
        return {
            row["key"] for row in rows
            if any(one["kind"] == "reopened" for one in worklist.events(store, row["key"]))
        }  # fmt: skip


@pytest.mark.parametrize("path", ["/worklist", "/population", "/runs", "/runs/compare"])
def test_the_head_of_each_page_says_what_changed_and_what_that_alone_did(home, path):
    note = note_of(browser_of(home).get(path))
    counts = moved(home)
    assert note.startswith(SAID)
    assert f"adds {counts['leave']} patient" in note and f"removes {counts['come']} and" in note
    assert "/population/shadows?run=" in browser_of(home).get(path).text


def test_who_was_opened_again_is_counted_and_listed(home):
    browser, expected = browser_of(home), reopened(home)
    note = note_of(browser.get("/worklist"))
    assert f"{len(expected)} patients in progress, postponed or closed are open again." in note
    page = browser.get("/worklist?since=reopened")
    found = set(keys(page)) | set(keys(browser.get("/worklist?since=reopened&page=2")))
    assert expected and found == expected
    all_changed = browser.get("/worklist?since=protocol")
    assert all(SAID in row for row in rows_of(all_changed))
    key = next(iter(expected))
    row = worklist.item(worklist.open_store(home), key)
    worklist.act(worklist.open_store(home), key, actor=ANN, version=row["version"], to="contacted")
    assert key not in keys(browser.get("/worklist?since=reopened"))


def test_who_is_only_assigned_on_that_day_was_not_opened_again(home):
    browser, expected = browser_of(home), reopened(home)
    with closing(worklist.open_store(home)) as store:
        rows = list(worklist.listed(store, worklist.Filter(status=("open",)), today=TODAY))
        stayed = next(
            row for row in rows if row["key"] not in expected and row["changed_on"] == TODAY
            and [one["kind"] for one in worklist.events(store, row["key"])] == ["changed", "opened"]
        )  # fmt: skip
        for key in (stayed["key"], min(expected)):
            row = worklist.item(store, key)
            asked = {"assignee": "ann", "today": TODAY, "version": row["version"]}
            worklist.act(store, key, actor=ANN, **asked)
        assert worklist.item(store, stayed["key"])["status_on"] == TODAY
    note = note_of(browser.get("/worklist"))
    assert f"{len(expected)} patients in progress, postponed or closed are open again." in note
    found = keys(browser.get("/worklist?since=reopened"))
    assert stayed["key"] not in found and min(expected) in found


def rows_of(page):
    return [" ".join(text.split()) for text in re.findall(r"<tr role=\"row\" data-row.*?</tr>", page.text, flags=re.S)]  # fmt: skip


def test_an_export_of_the_filter_holds_the_same_patients(home):
    lines = browser_of(home).get("/worklist/export?since=reopened&format=csv").text.splitlines()
    assert len([line for line in lines if line]) - 1 == len(reopened(home))


def test_a_row_and_the_page_of_a_patient_say_it_without_codes_and_rules(home):
    browser = browser_of(home)
    for key in sorted(reopened(home))[:10]:
        page = text_of(browser.get(f"/patients/{key}"))
        changed = page.split("Changed 31 Jan 2026")[1].split("Status")[0]
        assert SAID in changed and not re.search(r"\(N\d+\)|next_step|protocol changed:", page)


def test_a_user_of_some_sites_gets_no_counts_of_all(home):
    browser = browser_of(home, sites=("Demo Clinic 1",))
    for path in ("/worklist", "/population", "/runs", "/runs/compare"):
        page = browser.get(path)
        assert note_of(page).startswith(SAID), path
        assert "this alone" not in page.text and "/population/shadows" not in note_of_html(page)
    page = browser.get("/worklist?since=reopened")
    assert 0 < len(keys(page)) < len(reopened(home))


def note_of_html(page):
    return re.search(r'id="switch">(.*?)</div>', page.text, flags=re.S)[1]


def test_an_operator_is_told_by_the_runs_and_sees_no_link_to_patients(home):
    page = browser_of(home, "operator").get("/runs")
    assert note_of(page).startswith(SAID) and "this alone adds" in page.text
    assert page.text.count(">protocol changed</span>") == 1
    assert "/worklist" not in note_of_html(page) and "/population" not in note_of_html(page)


def test_the_night_after_says_nothing_on_top_and_the_filters_stay_for_two_weeks(home):
    assert b12(home.root, "screen", "--as-of", NEXT, "--protocol", "nice-ng239").code == 0
    browser = browser_of(home)
    for path in ("/worklist", "/population", "/runs", "/runs/compare"):
        assert note_of(browser.get(path)) is None, path
    assert "Reopened by it" in browser.get("/worklist").text
    assert browser.get("/runs").text.count(">protocol changed</span>") == 1
    assert set(keys(browser.get("/worklist?since=reopened"))) <= reopened(home)


def test_another_text_of_the_same_protocol_is_a_change_too(home, tmp_path):
    pack = tmp_path / "nice-ng239.yaml"
    pack.write_text((PROTOCOL / "nice-ng239.yaml").read_text() + "# another text\n")
    assert b12(home.root, "screen", "--as-of", AS_OF, "--protocol", pack).code == 0
    browser = browser_of(home)
    for path in ("/worklist", "/population", "/runs", "/runs/compare"):
        said = "The text of the protocol nice-ng239 1.0.0 changed. On the same data this alone adds 0 patients"
        assert note_of(browser.get(path)).startswith(said), path
    assert browser.get("/runs").text.count(">protocol changed</span>") == 2


def test_a_change_of_text_is_said_also_where_the_former_could_not_be_read(home, tmp_path):
    former = (home.runs / "latest").resolve() / "protocol" / "nice-ng239.yaml"
    former.write_text("{")
    pack = tmp_path / "nice-ng239.yaml"
    pack.write_text((PROTOCOL / "nice-ng239.yaml").read_text() + "# another text\n")
    answer = b12(home.root, "screen", "--as-of", AS_OF, "--protocol", pack)
    assert answer.code == 0, answer.err
    former.write_text((PROTOCOL / "nice-ng239.yaml").read_text())
    browser = browser_of(home)
    for path in ("/worklist", "/population", "/runs", "/runs/compare"):
        note = note_of(browser.get(path))
        assert note.startswith("The text of the protocol nice-ng239 1.0.0 changed."), path
        assert "this alone" not in note, path
    assert browser.get("/runs").text.count(">protocol changed</span>") == 2
    left = "The protocol of the run before, nice-ng239 1.0.0, cannot be read and was not counted."
    assert left in browser.get("/population/shadows").text


def test_a_run_whose_folder_is_gone_is_still_marked(home):
    changed = (home.runs / "latest").resolve()
    assert b12(home.root, "screen", "--as-of", NEXT, "--protocol", "nice-ng239").code == 0
    shutil.rmtree(changed)
    browser = browser_of(home)
    assert browser.get("/runs").text.count(">protocol changed</span>") == 1
    assert browser.get("/worklist").status_code == 200
    note = note_of(browser.get(f"/population?run={changed.name}"))
    assert note == SAID


def test_runs_are_told_apart_on_the_command_line(home):
    newest, first = b12(home.root, "runs", "--format", "json").json
    change = "protocol changed: praxis-2026 2.0.0 → nice-ng239 1.0.0"
    assert (newest["protocol_change"], first["protocol_change"]) == (change, None)
    assert change in b12(home.root, "runs").out


def test_operators_are_told_once(home, monkeypatch):
    told = []
    monkeypatch.setattr(switched, "notify", lambda *said: told.append(said) or {})
    newest = (home.runs / "latest").resolve().name
    assert switched.told_of_protocol(home, None) == (newest, [])
    assert switched.told_of_protocol(home, newest) == (newest, [])
    [(subject, lines)] = told
    assert subject == "B12 screening: the protocol changed"
    assert lines[0].startswith("Protocol changed: praxis-2026 2.0.0 → nice-ng239 1.0.0")
    assert f"adds {moved(home)['leave']} patient" in lines[1]
