"""What the pages say is of the run that the worklist follows, and of the patient who was asked for."""

import csv
import io
import json
import re
import shutil
from datetime import date, timedelta

import pytest

from pipeline import worklist
from pipeline.core.config import Home
from pipeline.web import create_app
from pipeline.web.localised import day
from tests.command import AS_OF, b12, deliver, run
from tests.functional.web_client import client, field, keys, token

PAST = "2026-01-20"


def result(patient, value):
    return {
        "patient_id": patient,
        "result_id": f"r-{patient}",
        "code": "2132-9",
        "value": value,
        "unit": "pg/mL",
        "collected_at": "2026-01-25",
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    "P10 and P11 low, P1 well, OLD merged into P10; a past night was screened again after the last"
    folder = tmp_path_factory.mktemp("extracts")
    people = [
        {"patient_id": name, "birth_date": "1950-01-01", "sex": "F"}
        for name in ("P1", "P10", "P11", "Z90")
    ]
    people.append(
        {"patient_id": "OLD", "birth_date": "1950-01-01", "sex": "F", "merged_into": "P10"}
    )
    deliver(
        folder,
        patient=people,
        lab_result=[
            result("P1", "600"),
            result("P10", "90"),
            result("P11", "95"),
            result("Z90", "85"),
        ],
    )
    home = Home(tmp_path_factory.mktemp("home"))
    run(home.root, folder)
    assert b12(home.root, "screen", "--as-of", PAST).code == 0
    return home


@pytest.fixture
def own(home, tmp_path):
    return Home(shutil.copytree(home.root, tmp_path / "own", symlinks=True))


def browser_of(home, role="coordinator"):
    return client(create_app(home, identify=lambda: worklist.Actor("kim", role)))


@pytest.fixture
def kim(home):
    return browser_of(home)


def search(browser, patient):
    return browser.post(
        "/worklist/search", data={"csrf": token(browser.get("/worklist")), "patient": patient}
    )


def opened(browser, answer):
    "The heading of the page that a search led to"
    assert answer.status_code == 303
    return re.search("<h1>(.*?)</h1>", browser.get(answer.headers["location"]).text)[1]


def test_search_opens_the_patient_of_exactly_this_id_and_no_other(kim):
    assert opened(kim, search(kim, "P1")) == "Patient P1", (
        "who is well, not the one on the list whose id begins so"
    )
    assert opened(kim, search(kim, "P11")) == "Patient P11"


def test_one_who_is_found_by_the_beginning_alone_is_listed_not_opened(kim):
    answer = search(kim, "Z")
    assert answer.status_code == 200 and "Z90" in answer.text and len(keys_of(answer)) == 1


def test_who_was_merged_comes_first_and_the_page_says_so(kim):
    answer = search(kim, "OLD")
    assert (
        answer.status_code == 200
        and "“OLD” was merged into P10" in answer.text
        and len(keys_of(answer)) == 1
    )


def keys_of(page):
    return re.findall(r'class="open" href="/patients/([\w-]+)"', page.text)


@pytest.mark.parametrize("bad", ["P1\0", "\0", "P\x1b[2J", "P\x7f1"])
def test_a_file_that_is_not_text_is_refused(kim, bad):
    assert search(kim, bad).status_code == 400


def test_lines_and_tabs_are_text(own):
    kim = browser_of(own)
    [key, *_] = keys(kim.get("/worklist"))
    assert act(kim, key, comment="one\r\ntwo\tthree").status_code == 303


def test_the_list_says_which_run_it_follows_and_that_there_is_a_newer_one(kim):
    page = kim.get("/worklist").text
    assert f"As of {day(AS_OF)}" in page
    assert (
        f"A newer run (as of {day(PAST)}) has been published, but this is still the worklist of"
        f" {day(AS_OF)}." in page
    )


def test_where_the_newest_run_is_followed_nothing_is_said(own):
    assert b12(own.root, "screen", "--as-of", AS_OF).code == 0
    assert "A newer run" not in browser_of(own).get("/worklist").text


def test_a_patient_is_explained_as_of_the_run_that_is_followed(kim):
    [key, *_] = keys(kim.get("/worklist"))
    page = kim.get(f"/patients/{key}").text
    assert f"As of {day(AS_OF)}, data of the last published run" in page and day(PAST) not in page


@pytest.mark.parametrize("form", ["csv", "xlsx", "json", "fhir", "omop"])
def test_an_export_is_of_the_run_that_is_followed(home, kim, form):
    answer = kim.get(f"/worklist/export?format={form}")
    assert answer.status_code == 200 and AS_OF in answer.headers["content-disposition"]
    if form == "fhir":
        followed = worklist.followed_run(worklist.open_store(home))
        assert json.loads(answer.content)["identifier"]["value"] == followed["run_id"]


def test_cohorts_from_the_page_and_from_the_command_are_the_same(own):
    assert b12(own.root, "screen", "--as-of", AS_OF).code == 0
    said = list(csv.DictReader(io.StringIO(b12(own.root, "worklist", "--format", "omop").out)))
    shown = list(
        csv.DictReader(io.StringIO(browser_of(own).get("/worklist/export?format=omop").text))
    )
    assert shown and shown == [
        line for line in said if line["person_source_value"] in ("P10", "P11", "Z90")
    ]


def test_the_command_takes_rows_and_run_from_one_folder(own):
    first = min(path.name for path in own.runs.glob("[!.l]*"))
    (own.runs / "latest").unlink()
    (own.runs / "latest").symlink_to(first)  # as while a newer run is being published
    assert b12(own.root, "worklist", "--format", "fhir").json["identifier"]["value"] == first


def test_two_runs_compared_name_no_patient_who_was_forgotten_since(own):
    kim = browser_of(own)
    newest, before = (one["run_id"] for one in worklist.runs(worklist.open_store(own)))
    page = f"/runs/compare?before={newest}&after={before}"
    assert "P10" in kim.get(page).text
    assert b12(own.root, "erase", "P10", "--yes").code == 0
    after = kim.get(page).text
    assert "P11" in after and "P10" not in after


def act(browser, key, **fields):
    page = browser.get(f"/patients/{key}")
    return browser.post(
        f"/patients/{key}/act",
        data={"csrf": token(page), "version": field(page, "version"), **fields},
    )


def test_a_snooze_is_made_longer_and_a_reason_corrected(own):
    kim, store = browser_of(own), worklist.open_store(own)
    [first, second, *_] = keys(kim.get("/worklist"))
    soon, later = date.today() + timedelta(days=10), date.today() + timedelta(days=20)
    assert act(kim, first, to="snoozed", until=str(soon), reason="on holiday").status_code == 303
    assert act(kim, first, to="snoozed", until=str(later)).status_code == 303
    row = worklist.item(store, first)
    assert (row["snoozed_until"], row["status_reason"]) == (later, "on holiday")
    assert act(kim, second, to="declined", reason="does not wnat it").status_code == 303
    assert act(kim, second, to="declined", reason="does not want it").status_code == 303
    assert worklist.item(store, second)["status_reason"] == "does not want it"
    assert (
        act(
            kim, second, to="declined", reason="does not want it", comment="asked again"
        ).status_code
        == 303
    )
    assert worklist.events(store, second)[0]["kind"] == "comment"


def test_only_somebody_who_may_log_in_is_assigned(own):
    kim, store = browser_of(own), worklist.open_store(own)
    [first, second, *_] = keys(kim.get("/worklist"))
    assert act(kim, first, assignee="anybody").status_code == 303, (
        "without users, the login is done elsewhere"
    )
    for name in ("ann", "ben"):
        worklist.add_user(store, name, role="coordinator", password="correct horse battery")
    worklist.change_user(store, "ben", is_disabled=True)
    for name in ("nobody", "ben"):
        refused = act(kim, second, assignee=name, comment="kept words")
        assert (
            refused.status_code == 400
            and f"There is no user {name}." in refused.text
            and "kept words" in refused.text
        )
    assert act(kim, second, assignee="x" * 101).status_code == 400
    assert act(kim, second, assignee="ann").status_code == 303
    assert act(kim, first, assignee="anybody", comment="still theirs").status_code == 303
    page = kim.get("/worklist")
    sent = {
        "csrf": token(page),
        "keys": f"{second}:{worklist.item(store, second)['version']}",
        "to": "other",
        "back": "",
    }
    assert kim.post("/worklist/act", data={**sent, "assignee": "nobody"}).status_code == 400
    assert worklist.item(store, second)["assignee"] == "ann"
    assert 'value="ann"' in page.text and 'value="ben"' not in page.text


def test_an_administrator_sees_who_read_what_and_no_patient(home):
    admin = browser_of(home, "admin")
    [key, *_] = keys(admin.get("/worklist"))
    admin.get(f"/patients/{key}")
    admin.get("/worklist/export?format=csv")
    page = admin.get("/audit").text
    assert f'href="/patients/{key}"' in page and "Export" in page and "kim" in page
    assert "P10" not in page and "P11" not in page
    assert (
        'href="/audit"' in page
        and 'href="/audit"' not in browser_of(home, "steward").get("/worklist").text
    )
    assert worklist.accesses(worklist.open_store(home))[1]["what"] == "audit"
