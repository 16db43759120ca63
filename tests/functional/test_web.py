"""The web app on a small demonstration population: every page, who may what, nothing from elsewhere, nothing lost, nothing leaked."""

import csv
import io
import json
import logging
import re
import shutil
from dataclasses import replace

import pytest
from fastapi import FastAPI

from pipeline import worklist
from pipeline.core.config import Home
from pipeline.core.errors import GateClosed, UsageError
from pipeline.screening import screen_population
from pipeline.web import create_app
from pipeline.web.server import standalone
from tests.command import AS_OF, b12, deliver, run
from tests.functional.test_held import WARNING
from tests.functional.web_client import client, field, keys, local, token
from tests.homes import copied

HOSTILE = """<script>alert('1')</script>"x&amp;"""
PAGES = (
    "/worklist",
    "/population",
    "/population/what-if",
    "/quality",
    "/runs",
    "/runs/compare",
    "/help",
)
SHADOWS, ANOTHER = "/population/shadows", "/population/what-if/protocol"
STEWARDS = ("/quality/rejects", "/quality/unmapped", "/quality/refused")
ADMINS = "/audit"
COUNTS = ("/quality", "/runs", "/help")  # of these an operator may read
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    "300 patients and a hostile id, screened on two nights"
    folder = tmp_path_factory.mktemp("demo")
    assert b12(folder, "demo", "--patients", 300, "--out", folder, "--as-of", AS_OF).code == 0
    home = Home(tmp_path_factory.mktemp("home"))
    low = {
        "patient_id": HOSTILE,
        "result_id": "r1",
        "code": "2132-9",
        "value": "90",
        "unit": "pg/mL",
        "collected_at": "2026-01-05",
    }
    run(home.root, folder, as_of="2026-01-20")
    run(home.root, deliver(tmp_path_factory.mktemp("hostile"), lab_result=[low]))
    return home


def app_for(home, role="coordinator", name="kim", **more):
    return create_app(home, identify=lambda: worklist.Actor(name, role), **more)


@pytest.fixture
def kim(home):
    return client(app_for(home))


def item_of(home, place=0):
    "An item to act on, and its row; each test that changes one takes its own"
    row = worklist.find_patients(worklist.open_store(home), "DEMO", limit=place + 1)[place]
    return row["key"], row


def act(browser, key, **fields):
    page = browser.get(f"/patients/{key}")
    return browser.post(
        f"/patients/{key}/act",
        data={"csrf": token(page), "version": field(page, "version"), **fields},
    )


def test_every_page_answers_and_carries_the_headers(home):
    browser = client(app_for(home, "admin"))
    first = keys(browser.get("/worklist"))[0]
    for path in (*PAGES, *STEWARDS, ADMINS, f"/patients/{first}", "/nothing"):
        page = browser.get(path)
        assert page.status_code == (404 if path == "/nothing" else 200), path
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert (
            page.headers["cache-control"] == "no-store"
            and page.headers["x-content-type-options"] == "nosniff"
        )
        assert "nothing here is an order" in page.text
        assert (
            " style=" not in page.text
            and " onclick=" not in page.text
            and "<script>" not in page.text
        )
        assert (
            "http://" not in page.text.replace("http://www.w3.org", "")
            and "https://" not in page.text
        ), "nothing from elsewhere"
    static = browser.get("/static/app.css")
    assert static.status_code == 200 and "public" in static.headers["cache-control"]


def test_the_counts_are_those_of_what_is_listed(kim):
    whole = kim.get("/worklist")
    total = int(whole.text.split("</b> of <b>")[1].split("</b>")[0])
    numbers = [kim.get(f"/worklist?priority={n}") for n in (1, 2, 3, 4)]
    assert (
        sum(
            int(page.text.split("</b> of <b>")[1].split("</b>")[0])
            if "</b> of <b>" in page.text
            else 0
            for page in numbers
        )
        == total
    )
    seen = [
        key for page in range(1, total // 50 + 2) for key in keys(kim.get(f"/worklist?page={page}"))
    ]
    assert len(seen) == len(set(seen)) == total


@pytest.mark.parametrize(
    "query",
    [
        "priority=9&sort=no&page=-3",
        "page=99999999999999999999",
        "status=nonsense&waiting=abc",
        "site=%27%3Bdrop",
        "assignee=-",
    ],
)
def test_an_address_that_means_nothing_does_no_harm(kim, query):
    assert kim.get(f"/worklist?{query}").status_code == 200


@pytest.mark.parametrize("sort", worklist.SORTS)
@pytest.mark.parametrize("order", ["", "&order=down"])
def test_the_list_sorts(kim, sort, order):
    assert keys(kim.get(f"/worklist?sort={sort}{order}"))


@pytest.mark.parametrize(
    ("role", "refused"),
    [
        (
            "operator",
            tuple(
                path
                for path in (*PAGES, *STEWARDS, ADMINS, "/worklist/export?format=csv")
                if path not in COUNTS
            ),
        ),
        ("viewer", ("/worklist/export?format=csv", *STEWARDS, ADMINS)),
        ("coordinator", (*STEWARDS, ADMINS)),
        ("steward", (ADMINS,)),
        ("admin", ()),
    ],
)
def test_what_a_role_may_read(home, role, refused):
    browser = client(app_for(home, role))
    for path in (*PAGES, *STEWARDS, ADMINS, "/worklist/export?format=csv"):
        assert browser.get(path).status_code == (403 if path in refused else 200), path


def test_a_viewer_changes_nothing(home):
    key, row = item_of(home)
    browser = client(app_for(home, "viewer"))
    page = browser.get(f"/patients/{key}")
    assert 'name="version"' not in page.text
    sent = {
        "csrf": token(browser.get("/worklist")),
        "version": row["version"],
        "to": "done",
        "keys": f"{key}:{row['version']}",
        "noted_on": AS_OF,
    }
    for path in (
        f"/patients/{key}/act",
        f"/patients/{key}/mine",
        f"/patients/{key}/headache",
        f"/patients/{key}/notes/1/withdraw",
        "/worklist/act",
    ):
        assert browser.post(path, data=sent).status_code == 403, path
    assert worklist.item(worklist.open_store(home), key)["version"] == row["version"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_from_another_site_is_refused(home, kim, headers):
    key, row = item_of(home)
    sent = {"csrf": token(kim.get("/worklist")), "version": row["version"], "to": "done"}
    assert kim.post(f"/patients/{key}/act", data=sent, headers=headers).status_code == 403
    assert worklist.item(worklist.open_store(home), key)["status"] == row["status"]


def test_what_is_larger_than_a_form_is_refused_unread(kim):
    assert kim.post("/worklist/search", data={"patient": "x" * 2_000_000}).status_code == 413
    assert kim.post("/worklist/search", content=iter([b"patient=x"])).status_code == 413, (
        "one that does not say how large it is"
    )


def test_a_form_counts_only_with_the_token_of_its_reader(home, kim):
    key, row = item_of(home)
    others = token(client(app_for(home, name="lee")).get("/worklist"))
    for wrong in ("", "made-up", others):
        answer = kim.post(
            f"/patients/{key}/act", data={"csrf": wrong, "version": row["version"], "to": "done"}
        )
        assert answer.status_code == 403 and "reload" in answer.text


def test_a_morning_of_changes_is_on_record(home, kim):
    key, _ = item_of(home, 1)
    page = kim.get(f"/patients/{key}")
    mine = kim.post(
        f"/patients/{key}/mine", data={"csrf": token(page), "version": field(page, "version")}
    )
    assert mine.headers["location"].startswith(f"/patients/{key}?did=")
    assert act(kim, key, to="contacted", comment="Left a message <b>at noon</b>").status_code == 303
    assert act(kim, key, to="declined", assignee="kim").status_code == 400, (
        "a refusal needs a reason"
    )
    refused = act(kim, key, to="snoozed", until="2020-01-01", comment="kept words")
    assert (
        refused.status_code == 400 and "kept words" in refused.text and "2020-01-01" in refused.text
    )
    assert (
        act(kim, key, to="declined", reason="does not want it", assignee="kim").status_code == 303
    )
    page = kim.get(f"/patients/{key}")
    assert (
        "does not want it" in page.text
        and "Left a message &lt;b&gt;at noon" in page.text
        and "kim" in page.text
    )
    changes = [
        (event["kind"], event["to_status"])
        for event in worklist.events(worklist.open_store(home), key)
    ][:4]
    assert changes == [
        ("status", "declined"),
        ("comment", "contacted"),
        ("status", "contacted"),
        ("assigned", "assigned"),
    ]


def test_who_comes_second_is_told_who_changed_what_and_keeps_what_was_typed(home, kim):
    key, _ = item_of(home, 2)
    lee = client(app_for(home, name="lee"))
    seen = lee.get(f"/patients/{key}")
    assert act(kim, key, to="referred").status_code == 303
    late = {
        "csrf": token(seen),
        "version": field(seen, "version"),
        "to": "declined",
        "reason": "typed by lee",
        "comment": 'more "words"',
    }
    answer = lee.post(f"/patients/{key}/act", data=late)
    assert answer.status_code == 409 and "kim" in answer.text and "referred" in answer.text
    assert "typed by lee" in answer.text and "more &#34;words&#34;" in answer.text
    assert worklist.item(worklist.open_store(home), key)["status"] == "referred"
    again = {**late, "csrf": token(answer), "version": field(answer, "version")}
    assert lee.post(f"/patients/{key}/act", data=again).status_code == 303


def test_a_headache_is_noted_and_the_note_withdrawn(home, kim):
    key, _ = item_of(home, 3)
    sent = {"csrf": token(kim.get("/worklist")), "noted_on": "2026-01-02"}
    assert (
        kim.post(f"/patients/{key}/headache", data={**sent, "noted_on": "02.01.2026"}).status_code
        == 400
    )
    assert kim.post(f"/patients/{key}/headache", data=sent).status_code == 303
    [note] = worklist.notes(worklist.open_store(home), key)
    assert (str(note["noted_on"]), note["author"]) == ("2026-01-02", "kim")
    assert kim.post(f"/patients/{key}/notes/{note['id']}/withdraw", data=sent).status_code == 303
    assert "withdrawn" in kim.get(f"/patients/{key}").text


def test_many_are_assigned_at_once_and_changed_ones_are_left_alone(home, kim):
    page = kim.get("/worklist?priority=4")
    first, second, third = keys(page)[:3]
    version = {
        key: worklist.item(worklist.open_store(home), key)["version"]
        for key in (first, second, third)
    }
    assert act(kim, third, to="ordered").status_code == 303
    sent = {
        "csrf": token(page),
        "keys": [f"{key}:{number}" for key, number in version.items()],
        "assignee": "lee",
        "to": "other",
        "back": "?priority=4",
    }
    answer = kim.post("/worklist/act", data=sent)
    told = re.sub("&did=[^&]+", "", answer.headers["location"])
    assert told == "/worklist?priority=4&done=2&stale=1&to=lee"
    assert "assigned to lee" in kim.get(answer.headers["location"]).text
    assert kim.get("/worklist?done=2&to=" + 101 * "l").status_code == 400
    assert {
        worklist.item(worklist.open_store(home), key)["assignee"] for key in (first, second)
    } == {"lee"}
    assert "1 not changed" in kim.get(answer.headers["location"]).text
    assert kim.post("/worklist/act", data={**sent, "keys": "nonsense"}).status_code == 400
    assert (
        kim.post("/worklist/act", data={**sent, "back": "//evil.example/?x=1"})
        .headers["location"]
        .startswith("/worklist?")
    )


def test_a_hostile_id_is_text_everywhere_and_in_no_address(home, kim):
    answer = kim.post(
        "/worklist/search", data={"csrf": token(kim.get("/worklist")), "patient": HOSTILE}
    )
    assert answer.status_code == 303
    key = answer.headers["location"].removeprefix("/patients/")
    assert "script" not in key
    page = kim.get(answer.headers["location"])
    assert page.status_code == 200
    assert (
        "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&#34;x&amp;amp;" in page.text
        and "<script>alert" not in page.text
    )
    assert "<script>alert" not in kim.get("/worklist?priority=2").text
    assert "<script>alert" not in kim.get("/runs/compare").text
    none_found = kim.post(
        "/worklist/search", data={"csrf": token(kim.get("/worklist")), "patient": "<img src=x>"}
    )
    assert none_found.status_code == 200 and "<img" not in none_found.text


def test_search_finds_by_the_beginning_and_those_who_were_never_listed(home, kim):
    sent = {"csrf": token(kim.get("/worklist"))}
    several = kim.post("/worklist/search", data={**sent, "patient": "DEMO"})
    assert (
        several.status_code == 200
        and len(keys(several)) + several.text.count('class="open" href') > 1
    )
    listed = {
        row["patient_id"]
        for row in worklist.find_patients(worklist.open_store(home), "DEMO", limit=1000)
    }
    well = next(f"DEMO{number:07}" for number in range(1, 300) if f"DEMO{number:07}" not in listed)
    found = kim.post("/worklist/search", data={**sent, "patient": well})
    assert found.status_code == 303 and well not in found.headers["location"]
    assert "Not on the list" in kim.get(found.headers["location"]).text


def test_no_patient_id_is_in_an_address_or_the_log(home, kim, caplog):
    with caplog.at_level(logging.INFO, logger="b12.web"):
        page = kim.get("/worklist?site=Somewhere")
        [key, *_] = keys(kim.get("/worklist"))
        kim.get(f"/patients/{key}")
    addresses = [part.split('"')[0] for part in page.text.split('href="')[1:]]
    assert not any("DEMO" in address for address in addresses)
    lines = [record.getMessage() for record in caplog.records if record.name == "b12.web"]
    assert any("/patients/{key} 200" in line for line in lines)
    assert not any(key in line or "Somewhere" in line or "DEMO" in line for line in lines)


def test_reading_a_patient_is_on_record(home, kim):
    key, _ = item_of(home, 4)
    kim.get(f"/patients/{key}")
    [read, *_] = worklist.accesses(worklist.open_store(home), worklist.Asked(key=key))
    assert (read["who"], read["what"]) == ("kim", "patient")


def test_the_page_says_what_explain_says(home, kim):
    key, row = item_of(home)
    said = b12(home.root, "explain", row["patient_id"], "--format", "json").json
    page = kim.get(f"/patients/{key}").text
    assert said["assessment"]["rule"] in page and str(said["as_of"]) in page
    for fact in said["facts"]:
        for one in fact["evidence"]:
            assert not one["file"] or f"{one['file']}:{one['line']}" in page


@pytest.mark.parametrize("form", ["csv", "xlsx", "json", "fhir", "omop"])
def test_exports_hold_the_rows_of_the_filter(home, kim, form):
    answer = kim.get(f"/worklist/export?format={form}&priority=2")
    assert (
        answer.status_code == 200
        and "attachment" in answer.headers["content-disposition"]
        and answer.content
    )
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert rows and {row["priority"] for row in rows} == {"2"}
    if form in ("json", "fhir"):
        json.loads(answer.content)
    [read, *_] = worklist.accesses(worklist.open_store(home))
    assert (read["what"], read["detail"]) == ("export", form) and read["rows"] > 0


def test_an_export_in_no_known_form_is_refused(kim):
    assert kim.get("/worklist/export?format=exe").status_code == 400
    assert kim.get("/worklist/export").status_code == 400


def test_a_moved_threshold_is_answered_and_nonsense_is_not(kim):
    page = kim.get("/population/what-if?b12.low=200")
    assert "180 → 200" in page.text
    for wrong in ("b12.low=abc", "b12.low=-5", "minutes_visit=lots", "minutes_visit=9999"):
        page = kim.get(f"/population/what-if?{wrong}")
        assert page.status_code == 200 and 'role="alert"' in page.text


def test_a_form_or_address_that_is_incomplete_changes_nothing_and_says_so(home, kim):
    key, row = item_of(home, 9)
    page = kim.get(f"/patients/{key}")
    form = {"csrf": token(page), "version": "1", "to": "contacted"}
    for address, fields, status, says in (
        (f"/patients/{key}/act", {"version": "x"}, 400, "The form is incomplete"),
        ("/worklist/act", {"keys": f"{key}:1", "to": ""}, 400, "Choose an assignee."),
        (f"/patients/{key}/notes/999/withdraw", {}, 400, "The note does not exist"),
        ("/patients/no-such-key/act", {}, 404, ""),
    ):
        answer = kim.post(address, data=form | fields)
        assert (answer.status_code, says in answer.text) == (status, True), (address, answer.text)
    assert item_of(home, 9)[1]["version"] == row["version"]
    assert kim.get("/health").text == "ok"


def test_two_runs_are_compared_and_an_unknown_one_is_refused(kim):
    assert "New" in kim.get("/runs/compare").text
    assert kim.get("/runs/compare?before=../../etc&after=latest").status_code == 400


def test_data_docs_load_our_stylesheet_and_no_other_file_is_reached(home):
    browser = client(app_for(home, "steward"))
    page = browser.get("/quality/data-docs")
    assert page.status_code == 200 and "/static/data_docs.css" in page.text
    assert "<script" not in page.text and "DEMO" not in page.text and "https://" not in page.text
    for path in ("/index.html", "?run=../../etc", "?run=.."):
        assert browser.get(f"/quality/data-docs{path}").status_code == 404
    assert client(app_for(home, "coordinator")).get("/quality/data-docs").status_code == 403


def test_every_page_says_which_list_it_shows_and_what_kept_a_newer_one_away(home):
    browser = client(app_for(home, "admin"))
    [key, *_] = keys(browser.get("/worklist"))
    for path in (*PAGES, *STEWARDS, ADMINS, f"/patients/{key}"):
        page = browser.get(path).text
        assert 'List of <span class="nowrap">31 Jan 2026</span>' in page, path
        assert (
            'No newer list was published.</b> You are seeing the list of <span class="nowrap">31 Jan 2026</span>.'
            in page
        )
        assert '<a href="/runs">See the runs</a>' in page, path


def test_a_closed_gate_leads_to_its_reasons_from_every_page(home, tmp_path):
    home = Home(copied(home.root, tmp_path / "home"))
    with pytest.MonkeyPatch.context() as gates, pytest.raises(GateClosed):
        closing = replace(WARNING, severity="critical")
        gates.setattr("pipeline.quality.run_suites", lambda con, **_: ([closing], []))
        screen_population(home, AS_OF)
    for role in ("operator", "viewer", "steward"):
        page = client(app_for(home, role)).get("/help").text
        assert "</span> was not published: its gate is closed.</b>" in page
        assert '<a href="/quality?run=' in page


def test_no_patient_is_on_the_quality_pages(home):
    browser = client(app_for(home, "admin"))
    for path in ("/quality", "/quality/rejects?reason=bad_date", *STEWARDS):
        assert "DEMO0" not in browser.get(path).text


def test_a_home_without_a_run_says_so(tmp_path):
    browser = client(app_for(Home(tmp_path), "steward"))
    for path in ("/worklist", "/population", SHADOWS, "/quality", "/runs", "/runs/compare"):
        assert browser.get(path).status_code == 200, path
    for path in (
        "/population/what-if",
        f"{ANOTHER}?pack=nice-ng239",
        *STEWARDS,
        "/worklist/export?format=csv",
    ):
        assert browser.get(path).status_code in (200, 400, 503), path


@pytest.mark.gates
def test_a_run_without_a_patient_in_scope_is_shown(tmp_path):
    run(
        tmp_path / "home",
        deliver(tmp_path / "in", patient=[{"patient_id": "child", "birth_date": "2020-01-01"}]),
    )
    browser = client(app_for(Home(tmp_path / "home"), "admin"))
    for path in (*PAGES, SHADOWS, ANOTHER):
        assert browser.get(path).status_code == 200, path


def test_a_page_mounted_elsewhere_links_beneath_its_place(home):
    outer = FastAPI()
    outer.mount("/b12", app_for(home))
    browser = client(outer)
    page = browser.get("/b12/worklist")
    links = [
        part.split('"')[0]
        for kind in ("href", "src", "action")
        for part in page.text.split(f' {kind}="')[1:]
    ]
    assert page.status_code == 200
    assert all(link.startswith(("/b12/", "#")) for link in links), links
    assert browser.get("/b12/static/app.css").headers["cache-control"].startswith("public")
    assert browser.get("/b12/").headers["location"] == "/b12/worklist"
    assert 'aria-current="page">Worklist' in page.text


@pytest.fixture
def own(home, tmp_path):
    "A home of its own with a published run and no user"
    return Home(shutil.copytree(home.root, tmp_path / "own", symlinks=True))


def login(browser, name, password=PASSWORD):
    return browser.post(
        "/login", data={"csrf": token(browser.get("/login")), "name": name, "password": password}
    )


def test_alone_on_this_computer_a_link_is_enough_and_the_page_says_so(own):
    browser = local(standalone(own), "http://localhost:8080")
    page = browser.get("/worklist")
    assert page.status_code == 200 and "No users" in page.text
    assert client(standalone(own)).get("/worklist").status_code == 400, (
        "another Host name is refused on loopback"
    )


def test_listening_elsewhere_needs_a_user(own):
    with pytest.raises(UsageError, match="b12 user add"):
        standalone(own, host="0.0.0.0")


def test_login_logout_roles_read_anew_and_shutting_out(own):
    store = worklist.open_store(own)
    worklist.add_user(store, "ana", role="viewer", password=PASSWORD)
    browser = client(standalone(own, host="0.0.0.0"))
    assert browser.get("/worklist").headers["location"] == "/login?next=%2Fworklist"
    assert login(browser, "ana", "wrong password").status_code == 401
    entered = login(browser, "ana")
    assert entered.status_code == 303
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie
    assert (
        browser.get("/worklist").status_code == 200
        and browser.get("/quality/rejects").status_code == 403
    )
    worklist.change_user(store, "ana", role="steward")
    assert browser.get("/quality/rejects").status_code == 200
    out = browser.post("/logout", data={"csrf": token(browser.get("/worklist"))})
    assert (
        out.status_code == 303
        and browser.get("/worklist").headers["location"] == "/login?next=%2Fworklist"
    )
    login(browser, "ana")
    worklist.change_user(store, "ana", is_disabled=True)
    assert browser.get("/worklist").headers["location"] == "/login?next=%2Fworklist"


def test_a_new_password_ends_open_sessions(own):
    store = worklist.open_store(own)
    worklist.add_user(store, "bo", role="viewer", password=PASSWORD)
    browser = client(standalone(own, host="0.0.0.0"))
    login(browser, "bo")
    worklist.change_user(store, "bo", password="another long password")
    assert browser.get("/worklist").headers["location"] == "/login?next=%2Fworklist"


def test_guessing_passwords_is_slowed_down(own):
    worklist.add_user(worklist.open_store(own), "cy", role="admin", password=PASSWORD)
    browser = client(standalone(own, host="0.0.0.0"))
    answers = [login(browser, "cy", f"guess {number}").status_code for number in range(12)]
    assert answers[0] == 401 and answers[-1] == 429
    assert login(browser, "CY").status_code == 429, (
        "the right password, or the name in capitals, does not help then"
    )


def test_the_session_cookie_needs_tls_where_there_is_tls(own):
    worklist.add_user(worklist.open_store(own), "di", role="viewer", password=PASSWORD)
    browser = client(standalone(own, host="0.0.0.0", is_secure=True))
    entered = login(browser, "di")
    assert (
        "secure" in entered.headers["set-cookie"].lower()
        and "max-age" in entered.headers["strict-transport-security"]
    )


def test_a_script_without_a_login_leads_to_the_login_page(own):
    worklist.add_user(worklist.open_store(own), "ed", role="viewer", password=PASSWORD)
    answer = client(standalone(own, host="0.0.0.0")).get(
        "/worklist", headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200 and answer.headers["hx-redirect"].startswith("/login?next=%2F")
