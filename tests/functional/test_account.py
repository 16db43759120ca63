"""A user's own account: a new password with the present one as proof, the latest logins, logging out everywhere."""

import pytest

from pipeline import worklist
from pipeline.core import Home
from pipeline.web.server import standalone
from tests.functional.web_client import client, local, token

OLD, NEW = "correct horse battery", "three green umbrellas"


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


@pytest.fixture
def store(home):
    store = worklist.open_store(home)
    worklist.add_user(store, "ann", role="coordinator", password=OLD, sites=("North", ""))
    yield store
    store.close()


@pytest.fixture
def app(home, store):
    return standalone(home, host="0.0.0.0")


def logged_in(app, password=OLD):
    browser = client(app)
    sent = {"csrf": token(browser.get("/login")), "name": "ann", "password": password}
    assert browser.post("/login", data=sent).status_code == 303
    return browser


def change(browser, current=OLD, new=NEW, again=None):
    sent = {"current": current, "new": new, "again": new if again is None else again}
    return browser.post("/account/password", data={"csrf": token(browser.get("/account")), **sent})


def test_the_page_says_role_sites_and_latest_logins(app):
    browser = client(app)
    wrong = {"csrf": token(browser.get("/login")), "name": "ann", "password": "x"}
    browser.post("/login", data=wrong)
    page = logged_in(app).get("/account").text
    assert "coordinator" in page and "no site recorded" in page
    assert "Login failed" in page and 'href="/account"' in page


def test_a_new_password_ends_every_other_session(app, store):
    here, elsewhere = logged_in(app), logged_in(app)
    before = here.cookies["b12_session"]
    changed = change(here)
    assert (changed.status_code, changed.headers["location"]) == (303, "/account?done=password")
    assert "new password is set" in here.get("/account?done=password").text
    assert here.cookies["b12_session"] != before
    assert elsewhere.get("/worklist").headers["location"] == "/login?next=%2Fworklist"
    assert worklist.verify(store, "ann", OLD) is None and worklist.verify(store, "ann", NEW)
    [entry] = worklist.accesses(store, worklist.Asked(what="user_password"))
    assert (entry["who"], entry["detail"]) == ("ann", "ann")


@pytest.mark.parametrize(
    ("sent", "status", "says"),
    [
        ({"current": "wrong"}, 403, "incorrect"),
        ({"again": "three green umbrella"}, 400, "differ"),
        ({"new": "tiny-1"}, 400, "12 characters"),
        ({"new": "Passw0rd1234"}, 400, "easy to guess"),
        ({"new": "y" * 129}, 400, "128"),
    ],
)
def test_what_is_refused_changes_nothing(app, store, sent, status, says):
    browser = logged_in(app)
    answer = change(browser, **sent)
    assert answer.status_code == status and says in answer.text
    assert not any(value in answer.text for value in sent.values())
    assert worklist.verify(store, "ann", OLD) and browser.get("/account").status_code == 200


def test_guessing_the_present_password_is_slowed_down(app, store, monkeypatch):
    browser, tried = logged_in(app), []
    monkeypatch.setattr(worklist, "verify", lambda *given: tried.append(given))
    answers = [change(browser, current=f"guess {number}").status_code for number in range(9)]
    assert answers[0] == 403 and answers[-1] == 429 and len(tried) < 9


def test_logging_out_everywhere(app, store):
    here, elsewhere = logged_in(app), logged_in(app)
    left = here.post("/account/sign-out", data={"csrf": token(here.get("/account"))})
    assert left.headers["location"] == "/login"
    for browser in (here, elsewhere):
        assert browser.get("/worklist").headers["location"] == "/login?next=%2Fworklist"
    assert (
        "ann: 2 sessions"
        in worklist.accesses(store, worklist.Asked(what="user_sign_out"))[0]["detail"]
    )


def test_another_form_changes_nothing(app, store):
    browser = logged_in(app)
    for address in ("/account/password", "/account/sign-out"):
        assert browser.post(address, data={"current": OLD, "new": NEW}).status_code == 403
        assert client(app).post(address, data={}).status_code in (303, 403)
    assert worklist.verify(store, "ann", OLD)


def test_a_user_of_single_sign_on_has_no_password_here(app, store):
    browser = logged_in(app)
    store_row = worklist.subject_of("https://idp.example", "1")
    csrf = token(browser.get("/account"))
    worklist.bind(store, "ann", store_row)
    assert browser.post("/account/password", data={"csrf": csrf}).headers["location"] == "/login"
    assert not worklist.has_password(store, "ann")


def test_without_users_there_is_no_account(tmp_path):
    assert local(standalone(Home(tmp_path / "none"))).get("/account").status_code == 404


def test_a_password_that_was_reset_meanwhile_is_not_overwritten(app, store, monkeypatch):
    browser = logged_in(app)
    verify = worklist.verify

    def slowly(store, name, password):
        proven = verify(store, name, password)
        worklist.change_user(store, "ann", password="seven old lanterns")
        return proven

    monkeypatch.setattr(worklist, "verify", slowly)
    answer = change(browser)
    assert answer.status_code == 400 and "in the meantime" in answer.text
    monkeypatch.undo()
    assert worklist.verify(store, "ann", "seven old lanterns")
    assert browser.get("/worklist").headers["location"] == "/login?next=%2Fworklist"
