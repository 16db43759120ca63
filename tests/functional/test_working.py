"Working the list in the browser: calls, changes of many, undo, kept filters, and the page that was asked for before the login"

import re
from datetime import date

import pytest

from pipeline import worklist
from pipeline.core.config import Home
from pipeline.web import create_app
from pipeline.web.server import standalone
from tests.command import AS_OF, b12, run
from tests.functional.web_client import client, field, keys, token

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    assert b12(folder, "demo", "--patients", 300, "--out", folder, "--as-of", AS_OF).code == 0
    home = Home(tmp_path_factory.mktemp("home"))
    run(home.root, folder)
    return home


@pytest.fixture
def kim(home):
    return client(create_app(home, identify=lambda: worklist.Actor("kim", "coordinator")))


def of(home, key):
    return worklist.item(worklist.open_store(home), key)


def call(browser, key, outcome, **more):
    page = browser.get(f"/patients/{key}")
    sent = {"csrf": token(page), "version": field(page, "version"), "outcome": outcome, **more}
    return browser.post(f"/patients/{key}/attempt", data=sent)


def take_back(browser, page):
    "Press the button Undo of a page"
    form = {"csrf": token(page), "act": field(page, "act"), "back": field(page, "back")}
    return browser.post("/undo", data=form)


def test_a_call_is_logged_and_taken_back(home, kim):
    key = keys(kim.get("/worklist?status=open"))[0]
    before = of(home, key)
    page = kim.get(call(kim, key, "no_answer").headers["location"])
    assert "Contact attempt, phone: no answer" in page.text and "1 attempt in a row" in page.text
    assert of(home, key)["next_attempt_on"] is not None
    page = kim.get(take_back(kim, page).headers["location"])
    assert "Taken back." in page.text
    now = of(home, key)
    assert {**now, "version": 1} == {**before, "version": 1}


def test_after_three_calls_in_vain_the_page_proposes_unreachable(home, kim):
    key = keys(kim.get("/worklist?status=open"))[1]
    for _ in range(2):
        call(kim, key, "message_left")
    assert "Set the status to unreachable" not in kim.get(f"/patients/{key}").text
    call(kim, key, "no_answer", comment="rang twice")
    page = kim.get(f"/patients/{key}")
    assert "3 attempts have failed" in page.text and "rang twice" in page.text
    assert key in keys(kim.get("/worklist?sort=next_attempt"))
    assert key not in keys(kim.get("/worklist?attempt=due")), "it is due on a later day"
    assert call(kim, key, "reached", channel="in_person").status_code == 303
    assert of(home, key)["status"] == "contacted"
    assert "Set the status to unreachable" not in kim.get(f"/patients/{key}").text
    assert call(kim, key, "nonsense").status_code == 400


def test_many_are_changed_at_once_and_taken_back_at_once(home, kim):
    page = kim.get("/worklist?priority=4&status=open")
    chosen = keys(page)[:4]
    versions = [f"{key}:{of(home, key)['version']}" for key in chosen]
    form = {"csrf": token(page), "keys": versions, "back": "?priority=4&status=open", "to": "other"}
    assert kim.post("/worklist/act", data=form | {"do": "snoozed"}).status_code == 400
    assert kim.post("/worklist/act", data=form | {"do": "resolved"}).status_code == 400
    answer = kim.post("/worklist/act", data=form | {"do": "ordered"})
    page = kim.get(answer.headers["location"])
    assert "4 patients set to ordered" in page.text
    assert {of(home, key)["status"] for key in chosen} == {"ordered"}
    back = take_back(kim, page).headers["location"]
    assert back.startswith("/worklist?priority=4&status=open&undone=4")
    assert "Taken back for 4 patients" in kim.get(back).text
    assert {of(home, key)["status"] for key in chosen} == {"open"}
    again = take_back(kim, page).headers["location"]
    assert "undone=0" in again and "4 not changed" in kim.get(again).text


def test_nobody_takes_back_what_another_user_did(home, kim):
    key = keys(kim.get("/worklist?status=open"))[2]
    page = kim.get(call(kim, key, "no_answer").headers["location"])
    lee = client(create_app(home, identify=lambda: worklist.Actor("lee", "coordinator")))
    form = {"csrf": token(lee.get("/worklist")), "act": field(page, "act"), "back": "/worklist"}
    answer = lee.post("/undo", data=form)
    assert answer.status_code == 400 and "nothing to undo" in answer.text
    viewer = client(create_app(home, identify=lambda: worklist.Actor("vic", "viewer")))
    form["csrf"] = token(viewer.get("/worklist"))
    assert viewer.post("/undo", data=form).status_code == 403


def test_filters_are_kept_for_the_user_who_named_them(home, kim):
    page = kim.get("/worklist?priority=1&site=Demo+Clinic+3")
    form = {"csrf": token(page), "back": "?priority=1&site=Demo+Clinic+3&done=3", "name": "<b>Mine"}
    answer = kim.post("/worklist/saved", data=form)
    assert answer.headers["location"] == "/worklist?priority=1&site=Demo+Clinic+3"
    page = kim.get("/worklist").text
    assert 'href="/worklist?priority=1&amp;site=Demo+Clinic+3">&lt;b&gt;Mine</a>' in page
    lee = client(create_app(home, identify=lambda: worklist.Actor("lee", "coordinator")))
    assert "Mine" not in lee.get("/worklist").text
    assert kim.post("/worklist/saved", data=form | {"name": " "}).status_code == 400
    for number in range(19):
        assert kim.post("/worklist/saved", data=form | {"name": f"n{number}"}).status_code == 303
    assert kim.post("/worklist/saved", data=form | {"name": "one more"}).status_code == 400
    for name in ("<b>Mine", *(f"n{number}" for number in range(19))):
        kim.post("/worklist/saved", data={"csrf": form["csrf"], "remove": name})
    assert not worklist.saved_filters(worklist.open_store(home), "kim")


def test_what_is_new_is_so_until_the_next_day(home):
    "A user who was never here sees the last run as new; what was seen on an earlier day is not"
    store = worklist.open_store(home)
    first = client(create_app(home, identify=lambda: worklist.Actor("new", "viewer")))
    page = first.get("/worklist")
    total = re.search(r"of <b>([\d,]+)</b>", page.text)[1]
    assert f"of <b>{total}</b>" in first.get("/worklist?since=new").text
    assert "No patients match" in first.get("/worklist?since=changed").text
    with store.writing() as con:  # looked at a day later
        con.exec_driver_sql(
            "insert into access (at, who, what) values ('2030-01-01', 'old', 'list')"
        )
    later = worklist.changes_since_visit(store, "old", today=date(2031, 1, 1))
    assert later is None


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/worklist?priority=1&status=open", "/worklist?priority=1&status=open"),
        ("/patients/abc-DEF_123", "/patients/abc-DEF_123"), ("/quality", "/quality"),
        ("//evil.example/worklist", "/"), ("https://evil.example/", "/"), ("/\\evil.example", "/"),
        ("/worklist//evil.example", "/"), ("/worklist\r\nX: y", "/"), ("/logout", "/"),
        ("/worklistevil", "/"), ("", "/"), ("javascript:alert(1)", "/"),
    ],
)  # fmt: skip
def test_a_login_leads_to_the_page_that_was_asked_for_and_to_no_other_site(tmp_path, asked, led):
    own = Home(tmp_path)
    store = worklist.open_store(own)
    worklist.add_user(store, "ana", role="viewer", password=PASSWORD)
    browser = client(standalone(own, host="0.0.0.0"))
    page = browser.get("/login", params={"next": asked})
    assert field(page, "next") == led
    form = {"csrf": token(page), "name": "ana", "password": PASSWORD, "next": asked}
    assert browser.post("/login", data=form).headers["location"] == led
