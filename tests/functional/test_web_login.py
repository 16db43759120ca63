"""Logging in: who may without, for how long, and how often a password may be tried."""

import pytest

from pipeline import worklist
from pipeline.core.config import Home
from pipeline.core.errors import UsageError
from pipeline.web import sessions
from pipeline.web.server import standalone
from tests.functional.web_client import client, token

PASSWORD = "correct horse battery"
LOCAL = "http://localhost:8080"


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


@pytest.fixture
def store(home):
    return worklist.open_store(home)


def add(store, name):
    worklist.add_user(store, name, role="viewer", password=PASSWORD)


def login(browser, name, password=PASSWORD):
    return browser.post(
        "/login", data={"csrf": token(browser.get("/login")), "name": name, "password": password}
    )


def is_out(browser):
    return browser.get("/worklist").headers.get("location") == "/login"


def test_the_first_user_ends_the_free_access_at_once(home, store):
    browser = client(standalone(home), LOCAL)
    assert (
        "No login" in browser.get("/worklist").text
        and "/logout" not in browser.get("/worklist").text
    )
    add(store, "ann")
    assert is_out(browser)
    assert login(browser, "ann").status_code == 303
    page = browser.get("/worklist").text
    assert "No login" not in page and "/logout" in page and "ann" in page


def test_a_user_who_is_shut_out_does_not_open_the_pages_to_everybody(home, store):
    add(store, "ann")
    worklist.change_user(store, "ann", is_disabled=True)
    assert is_out(client(standalone(home), LOCAL))


@pytest.mark.parametrize(
    "open_to_others", [{"host": "0.0.0.0"}, {"is_behind_tls": True}, {"names": ["b12.example"]}]
)
def test_what_others_reach_needs_a_user(home, open_to_others):
    with pytest.raises(UsageError, match="b12 user add"):
        standalone(home, **open_to_others)


def test_it_answers_to_the_names_that_it_was_given(home, store):
    add(store, "ann")
    app = standalone(home, names=["b12.example"])
    assert (
        client(app, "http://b12.example").get("/login").status_code
        == client(app, LOCAL).get("/login").status_code
        == 200
    )
    assert client(app, "http://evil.example").get("/login").status_code == 400


def test_a_copied_cookie_opens_nothing_after_logging_out(home, store):
    add(store, "ann")
    app = standalone(home, host="0.0.0.0")
    browser, thief = client(app), client(app)
    login(browser, "ann")
    thief.cookies.set("b12_session", browser.cookies["b12_session"])
    assert not is_out(thief)
    browser.post("/logout", data={"csrf": token(browser.get("/worklist"))})
    assert is_out(browser) and is_out(thief)
    assert login(browser, "ann").status_code == 303 and not is_out(browser)


def test_a_login_ends_twelve_hours_after_it_however_often_one_comes_back(home, store, monkeypatch):
    add(store, "ann")
    browser = client(standalone(home, host="0.0.0.0"))
    login(browser, "ann")
    began = sessions.time.time()
    for hours, is_over in ((6, False), (11, False), (12.1, True)):
        with monkeypatch.context() as patch:
            patch.setattr("pipeline.web.sessions.time", Clock(began + hours * 3600))
            assert is_out(browser) is is_over


class Clock:
    def __init__(self, now):
        self.now = now

    def time(self):
        return self.now


def test_who_logs_in_often_is_not_held_up(home, store):
    add(store, "ann")
    browser = client(standalone(home, host="0.0.0.0"))
    assert {login(browser, "ann").status_code for _ in range(12)} == {303}


def test_guesses_from_elsewhere_lock_no_user_out(home, store):
    add(store, "ann")
    app = standalone(home, host="0.0.0.0")
    guesser, ann = client(app, address="10.0.0.66"), client(app, address="10.0.0.5")
    assert [login(guesser, "ann", f"guess {number}").status_code for number in range(11)] == [
        401
    ] * 10 + [429]
    assert login(guesser, "ann").status_code == 429
    assert login(ann, "ann").status_code == 303
    assert login(guesser, "ann").status_code == 429, "another's success clears nothing"


def test_one_address_guesses_a_hundred_times_at_most(home, store, monkeypatch):
    monkeypatch.setattr("pipeline.web.worklists.worklist.verify", lambda *_: None)
    browser = client(standalone(home, host="127.0.0.1"), LOCAL)
    answers = [login(browser, f"name {number}", "guess").status_code for number in range(101)]
    assert answers == [401] * 100 + [429]
