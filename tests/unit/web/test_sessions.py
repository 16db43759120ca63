"A login lasts twelve hours from itself, and no longer than until logging out"

import pytest

from pipeline.web import sessions
from pipeline.web.sessions import Ended, begun, is_open

HOUR = 3600


@pytest.fixture
def clock(monkeypatch):
    "Sets what time it is"
    now = [1_000_000.0]
    monkeypatch.setattr(sessions.time, "time", lambda: now[0])
    return lambda hours: now.__setitem__(0, now[0] + hours * HOUR)


def test_twelve_hours_from_the_login_and_no_sliding(clock):
    session, ended = begun("ann", 1), Ended()
    clock(11.9)
    assert is_open(session, ended)
    clock(0.2)
    assert not is_open(session, ended)


def test_who_logged_out_is_out_with_every_copy_of_the_cookie(clock):
    session, other, ended = begun("ann", 1), begun("ann", 1), Ended()
    ended.add(session["id"])
    assert not is_open(dict(session), ended) and is_open(other, ended)
    clock(11.9)
    ended.add("later")
    assert not is_open(session, ended)
    clock(0.2)
    ended.add("last")
    assert session["id"] not in ended, "older than any session: forgotten"


def test_a_cookie_of_another_kind_does_not_count():
    assert not is_open({}, Ended()) and not is_open({"name": "ann", "password_version": 1}, Ended())
