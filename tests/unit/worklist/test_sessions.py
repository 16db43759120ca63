"""Sessions: how long they last, and what ends them, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from pipeline import worklist
from pipeline.worklist.tables import session

NOW = datetime(2026, 2, 1, 8, tzinfo=UTC)
IDLE, LASTS = timedelta(minutes=30), timedelta(hours=12)
LONG, OTHER = "correct horse battery", "another long one"


@pytest.fixture
def token(store):
    worklist.add_user(store, "Ann", role="viewer", password=LONG)
    return worklist.begin_session(store, "ann", lasts=LASTS, now=NOW)


def user(store, token, minutes):
    now = NOW + timedelta(minutes=minutes)
    return worklist.session_user(store, token, idle=IDLE, lasts=LASTS, now=now)


def test_it_ends_after_half_an_hour_without_a_request(store, token):
    assert user(store, token, 29).name == "Ann" and user(store, token, 58)
    assert user(store, token, 58 + 31) is None


def test_it_ends_twelve_hours_after_it_began_however_busy(store, token):
    for minutes in range(0, 12 * 60, 20):
        assert user(store, token, minutes)
    assert user(store, token, 12 * 60 + 1) is None


def test_the_role_is_that_of_now_and_what_shuts_out_does_so_at_once(store, token):
    worklist.change_user(store, "ann", role="steward")
    assert user(store, token, 1).role == "steward"
    worklist.change_user(store, "ann", is_disabled=True)
    assert user(store, token, 1) is None
    worklist.change_user(store, "ann", is_disabled=False)
    assert user(store, token, 1) is None
    token = worklist.begin_session(store, "ann", lasts=LASTS, now=NOW)
    assert user(store, token, 1)
    worklist.change_user(store, "ann", password=OTHER)
    assert user(store, token, 1) is None


def test_a_password_that_was_changed_while_it_was_looked_at_opens_nothing(store, token):
    "Looking at a password takes a tenth of a second, and ten where many wait"
    ann = worklist.verify(store, "ann", LONG)
    worklist.change_user(store, "ann", password=OTHER)
    proven = {"password_version": ann.password_version}
    late = worklist.begin_session(store, "ann", lasts=LASTS, now=NOW, **proven)
    assert user(store, late, 1) is None
    assert user(store, worklist.begin_session(store, "ann", lasts=LASTS, now=NOW), 1)


def test_logging_out_ends_one_and_signing_out_ends_all(store, token):
    other = worklist.begin_session(store, "ANN", lasts=LASTS, now=NOW)
    worklist.end_session(store, token)
    assert user(store, token, 1) is None and user(store, other, 1)
    assert worklist.end_sessions(store, "ann") == 1 and user(store, other, 1) is None


def test_the_store_has_no_session_that_could_be_used(store, token):
    with store.reading() as con:
        assert token not in str(con.execute(select(session)).all())
    assert user(store, "", 1) is None and user(store, "x" * 1000, 1) is None


def test_old_ones_are_deleted_and_no_backup_holds_any(store, token, tmp_path):
    worklist.begin_session(store, "ann", lasts=LASTS, now=NOW + timedelta(hours=13))
    with store.reading() as con:
        assert len(con.execute(select(session)).all()) == 1
    assert "session" not in worklist.dump(store, tmp_path / "copy.db")
