"""Which list people see, how old it is, and what kept a newer one away: each state, on a clock of its own."""

from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from pipeline import worklist
from pipeline.core import Failure, GateClosed, Home, UsageError
from pipeline.operations import standing_of
from pipeline.runs import PackVersion, noting_failure, write_manifest
from pipeline.worklist.history import record
from pipeline.worklist.tables import run
from tests.manifests import manifest

NIGHT = datetime(2026, 11, 28, 2, tzinfo=UTC)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("B12_TIMEZONE", "UTC")
    (tmp_path / "home").mkdir()
    return Home(tmp_path / "home")


def night(home, days=0, state="published", **more):
    "A run so many days after the first night, in the history; the last published one is followed"
    started = NIGHT + timedelta(days=days)
    run_id = f"{started:%Y%m%dT%H%M%SZ}-abcdef"
    is_published = state == "published"
    values = {"as_of": started.date(), "started": started, "published": is_published, **more}
    folder = home.runs / f"{'.held-' if state == 'held' else ''}{run_id}"
    folder.mkdir(parents=True)
    found = manifest(run_id, state=state, **values)
    write_manifest(folder, found)
    if state != "held":
        with closing(worklist.open_store(home)) as store, store.writing() as con:
            record(con, folder, found)
            con.execute(update(run).where(run.c.run_id == run_id).values(is_followed=is_published))
    return run_id


def standing(home, at, monkeypatch):
    monkeypatch.setattr("pipeline.core.clock.today", lambda: at.date())
    with closing(worklist.open_store(home)) as store:
        return standing_of(home, store, at)


def said(home, monkeypatch, hours):
    "(age, kind, says, seen) so many hours after the first night began"
    found = standing(home, NIGHT + timedelta(hours=hours), monkeypatch)
    notice = found.notice and (found.notice.kind, found.notice.says)
    return found.age, notice, found.seen


SEEN = "You are seeing the list of 2026-11-28."


def test_a_list_of_today_and_of_yesterday_is_in_order(home, monkeypatch):
    night(home)
    assert said(home, monkeypatch, 6) == ("today", None, SEEN)
    assert said(home, monkeypatch, 30) == ("1 day old", None, SEEN)


def test_before_the_first_run_there_is_no_list_and_no_alarm(home, monkeypatch):
    assert said(home, monkeypatch, 6) == (None, None, "No list has been published yet.")


def test_without_a_deadline_a_list_of_two_days_ago_is_late(home, monkeypatch):
    night(home)
    late = ("late", "No newer list was published.")
    assert said(home, monkeypatch, 48) == ("2 days old", late, SEEN)


@pytest.mark.parametrize(("hours", "is_late"), [(24 + 4.9, False), (24 + 5, True)])
def test_the_sites_deadline_says_when_a_list_is_late(home, monkeypatch, hours, is_late):
    night(home)
    (home.root / "deadlines.yaml").write_text('worklist_by: "07:00"\n')
    late = ("late", "The list of 2026-11-29 was due by 07:00: it is late.")
    assert said(home, monkeypatch, hours) == ("1 day old", late if is_late else None, SEEN)


def test_a_deadline_that_is_changed_counts_at_once_and_a_broken_one_not(home, monkeypatch):
    night(home)
    for text, kind in (('worklist_by: "07:00"', "late"), ('worklist_by: "12:00"', None), ("worklist_by: 7", None)):  # fmt: skip
        (home.root / "deadlines.yaml").write_text(text)
        _, notice, _ = said(home, monkeypatch, 24 + 6)
        assert (notice and notice[0]) == kind


@pytest.mark.parametrize(("state", "says"), [
    ("closed", "The run of 2026-11-29 was not published: its gate is closed."),
    ("held", "The run of 2026-11-29 waits for a steward's decision: a gate warned."),
])  # fmt: skip
def test_a_run_that_was_not_published_is_told_until_a_newer_one_is(home, monkeypatch, state, says):
    night(home)
    run_id = night(home, 1, state)
    assert said(home, monkeypatch, 30) == ("1 day old", (state, says), SEEN)
    assert standing(home, NIGHT + timedelta(hours=30), monkeypatch).notice.run_id == run_id
    night(home, 2)
    assert said(home, monkeypatch, 54)[1] is None


@pytest.mark.parametrize(("held_for", "why"), [
    (("protocol",), "its protocol is not signed, or the protocol's review is overdue."),
    (("gate", "protocol"), "a gate warned and its protocol is not signed, or the protocol's review is overdue."),
])  # fmt: skip
def test_a_held_run_says_for_what_it_waits(home, monkeypatch, held_for, why):
    night(home)
    night(home, 1, "held", held_for=held_for)
    assert (
        said(home, monkeypatch, 30)[1][1]
        == f"The run of 2026-11-29 waits for a steward's decision: {why}"
    )


def test_a_list_says_whether_its_protocol_is_signed_and_its_review_due(home, monkeypatch):
    def protocol(**more):
        return PackVersion(pack="mine", version="1", sha256="a" * 64, **more)

    night(home, protocol=protocol(next_review=date(2026, 11, 27)))
    found = standing(home, NIGHT, monkeypatch).pack
    assert (found.protocol, found.signature, found.is_overdue) == ("mine 1", None, True)
    night(home, 1, protocol=protocol())
    assert not standing(home, NIGHT, monkeypatch).pack.is_overdue, (
        "of an earlier version: not known"
    )


def test_of_two_runs_of_a_day_the_time_tells_them_apart(home, monkeypatch):
    night(home)
    night(home, 0.25, "closed")
    assert said(home, monkeypatch, 7)[2] == "You are seeing the list of 2026-11-28, 02:00."


def test_the_newest_of_several_is_told(home, monkeypatch):
    night(home)
    night(home, 1, "held")
    night(home, 2, "closed")
    assert said(home, monkeypatch, 54)[1][0] == "closed"


def test_a_closed_run_of_an_earlier_day_keeps_no_newer_list_away(home, monkeypatch):
    night(home)
    night(home, 1, "closed", as_of=date(2026, 11, 1))
    assert said(home, monkeypatch, 30) == ("1 day old", None, SEEN)


def test_a_closed_first_run_is_told(home, monkeypatch):
    night(home, 0, "closed")
    closed = ("closed", "The run of 2026-11-28 was not published: its gate is closed.")
    assert said(home, monkeypatch, 1) == (None, closed, "No list has been published yet.")


def screening(home, error=None, is_whole=True):
    @noting_failure(is_whole=is_whole)
    def screen(_):
        if error:
            raise error

    if error:
        with pytest.raises(type(error)):
            screen(home)
    else:
        screen(home)


@pytest.mark.parametrize("error", [Failure("The disk is full."), RuntimeError("P1"), SystemExit(143)])  # fmt: skip
def test_a_run_that_failed_is_told_until_one_ends(home, monkeypatch, error):
    night(home, -3000)
    screening(home, error)
    _, notice, _ = said(home, monkeypatch, 30)
    assert notice[0] == "failed" and notice[1].endswith(", failed.")
    assert "P1" not in (home.root / "screening-failed.json").read_text()
    screening(home, is_whole=False)  # a bucket is no run
    assert said(home, monkeypatch, 30)[1][0] == "failed"
    screening(home)
    assert said(home, monkeypatch, -3000 * 24 + 6)[1] is None


def test_a_closed_gate_and_a_mistyped_command_are_no_failure(home):
    screening(home, UsageError("No such day."))
    assert not (home.root / "screening-failed.json").exists()
    screening(home, Failure("The disk is full."))
    screening(home, GateClosed("Closed."))
    assert not (home.root / "screening-failed.json").exists()
