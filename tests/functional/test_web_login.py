"""Logging in: who may without, for how long, and how often a password may be tried."""

import io
import sys
from datetime import timedelta
from threading import BoundedSemaphore

import pytest

from pipeline import worklist
from pipeline.core.config import Home
from pipeline.core.errors import UsageError
from pipeline.web.server import standalone
from tests.command import b12
from tests.functional.web_client import client, local, token

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
    return browser.get("/worklist").headers.get("location") == "/login?next=%2Fworklist"


def test_without_users_only_the_printed_link_opens_the_pages_and_once(home, store):
    "Another account of the same computer reaches the port, and not the terminal"
    app = standalone(home)
    link = app.state.links.new()
    other = client(app, LOCAL)
    assert is_out(other) and "terminal" in other.get("/login").text
    for wrong in ("/local/x", "/local/", f"{link}x"):
        assert other.get(wrong).status_code in (403, 404) and is_out(other)
    mine = client(app, LOCAL)
    assert mine.get(link).status_code == 303 and mine.get("/worklist").status_code == 200
    assert other.get(link).status_code == 403 and is_out(other)
    restarted = client(standalone(home), LOCAL)
    restarted.cookies = mine.cookies
    assert is_out(restarted)
    assert [row["what"] for row in worklist.accesses(store)].count("login") == 1


def test_with_users_no_link_opens_anything(home, store):
    app = standalone(home)
    link, early = app.state.links.new(), local(app, LOCAL)
    add(store, "ann")
    assert client(app, LOCAL).get(link).status_code == 404 and is_out(early)


def test_the_first_user_ends_the_free_access_at_once(home, store):
    browser = local(standalone(home), LOCAL)
    assert (
        "No users" in browser.get("/worklist").text
        and "/logout" not in browser.get("/worklist").text
    )
    add(store, "ann")
    assert is_out(browser)
    assert login(browser, "ann").status_code == 303
    page = browser.get("/worklist").text
    assert "No users" not in page and "/logout" in page and "ann" in page


def test_a_user_who_is_shut_out_does_not_open_the_pages_to_everybody(home, store):
    add(store, "ann")
    worklist.change_user(store, "ann", is_disabled=True)
    assert is_out(client(standalone(home), LOCAL))


@pytest.mark.parametrize(
    "open_to_others", [{"host": "0.0.0.0"}, {"is_behind_proxy": True}, {"names": ["b12.example"]}]
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


def test_a_session_that_was_ended_stays_so_after_a_restart(home, store):
    add(store, "ann")
    browser = client(standalone(home, host="0.0.0.0"))
    login(browser, "ann")
    stolen = browser.cookies["b12_session"]
    browser.post("/logout", data={"csrf": token(browser.get("/worklist"))})
    after = client(standalone(home, host="0.0.0.0"))
    after.cookies.set("b12_session", stolen)
    assert is_out(after)


def test_a_session_goes_on_after_a_restart_until_it_is_signed_out(home, store):
    add(store, "ann")
    browser = client(standalone(home, host="0.0.0.0"))
    login(browser, "ann")
    after = client(standalone(home, host="0.0.0.0"))
    after.cookies.set("b12_session", browser.cookies["b12_session"])
    assert not is_out(after)
    assert b12(home.root, "user", "sign-out", "ANN").code == 0
    assert is_out(after)
    assert b12(home.root, "user", "sign-out", "ben").code == 2


def test_idle_and_longest_time_are_settings(home, store, monkeypatch):
    asked = []
    monkeypatch.setattr(worklist, "session_user", lambda *_, **more: asked.append(more))
    monkeypatch.setenv("B12_SESSION_IDLE_MINUTES", "5")
    monkeypatch.setenv("B12_SESSION_HOURS", "3")
    add(store, "ann")
    browser = client(standalone(home, host="0.0.0.0"))
    login(browser, "ann")
    browser.get("/worklist")
    assert asked == [{"idle": timedelta(minutes=5), "lasts": timedelta(hours=3)}]


def test_who_logs_in_often_is_not_held_up(home, store):
    add(store, "ann")
    browser = client(standalone(home, host="0.0.0.0"))
    assert {login(browser, "ann").status_code for _ in range(12)} == {303}


def test_wrong_passwords_are_slowed_down_and_said_in_seconds(home, store):
    add(store, "ann")
    browser = client(standalone(home, host="0.0.0.0"))
    guesses = [login(browser, "ann", f"guess {number}") for number in range(6)]
    assert [answer.status_code for answer in guesses] == [401] * 5 + [429]
    seconds = int(guesses[5].headers["retry-after"])
    assert seconds == 1 and "Wait 1 second, then" in guesses[5].text
    assert login(browser, "ann").status_code == 429, "a right one is not looked at either"
    ann = client(standalone(home, host="0.0.0.0"), address="10.0.0.5")
    assert login(ann, "ann").status_code == 303, "elsewhere, and after a restart"


def test_a_password_is_counted_before_it_is_looked_at(home, store, monkeypatch):
    looked_at = []
    add(store, "ann")
    monkeypatch.setattr(worklist, "verify", lambda *_: looked_at.append(1))
    browser = client(standalone(home, host="127.0.0.1"), LOCAL)
    for _ in range(20):
        login(browser, "zoe", "guess")
    assert len(looked_at) == 5


def test_hashes_are_looked_at_few_at_a_time(home, store, monkeypatch):
    add(store, "ann")
    hashing, module = BoundedSemaphore(1), sys.modules["pipeline.worklist.users"]
    monkeypatch.setattr(module, "PATIENCE", 0)
    monkeypatch.setattr(module, "_hashing", hashing)
    browser = client(standalone(home, host="0.0.0.0"))
    with hashing:
        answer = login(browser, "ann")
    assert answer.status_code == 503 and answer.headers["retry-after"]
    assert login(browser, "ann").status_code == 303


def test_logins_failures_and_changes_of_users_are_on_record(home, store, monkeypatch):
    add(store, "Ann")
    browser = client(standalone(home, host="0.0.0.0"), address="10.0.0.5")
    login(browser, "ann", "wrong")
    login(browser, PASSWORD, "typed into the wrong field")
    login(browser, "ann")
    browser.post("/logout", data={"csrf": token(browser.get("/help"))})
    monkeypatch.setattr("sys.stdin", io.StringIO("another long one\n"))
    for arguments in (("role", "ann", "--role", "admin"), ("password", "ann"), ("disable", "ann")):
        assert b12(home.root, "user", *arguments).code == 0
    rows = worklist.accesses(store)[::-1]
    web = [(row["who"], row["what"]) for row in rows if row["origin"] == "10.0.0.5"]
    assert [row for row in web if row[1] != "denied"] == [
        ("Ann", "login_failed"), ("unknown user", "login_failed"), ("Ann", "login"), ("Ann", "logout"),
    ]  # fmt: skip
    assert [(row["what"], row["detail"]) for row in rows if row["origin"] == "command line"] == [
        ("user_role", "ann: admin"), ("user_password", "ann"), ("user_disable", "ann"),
    ]  # fmt: skip
    assert PASSWORD not in str(rows)
