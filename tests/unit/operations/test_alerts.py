"""Each alert is told once when it begins and once when it is over."""

import json
import os
from datetime import UTC, datetime, timedelta

import pytest

from pipeline import worklist
from pipeline.core.config import Home
from pipeline.operations import alerts
from pipeline.operations.deadlines import Alert
from pipeline.runs import PackVersion, write_manifest
from tests.command import b12
from tests.manifests import manifest
from tests.serving_channels import web_server

NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)
LATE = Alert("worklist", "No worklist of 2026-02-01 was published by 06:00 (UTC)")


@pytest.fixture
def told(monkeypatch):
    monkeypatch.delenv("B12_NOTIFY_SMTP", raising=False)
    with web_server() as (address, took):
        monkeypatch.setenv("B12_NOTIFY_WEBHOOK", address)
        yield lambda: [json.loads(body)["lines"][:-1] for _, body in took]


@pytest.fixture
def look(tmp_path, monkeypatch):
    "Look at an instant, at which these Alerts are there"

    def looks(now, *found, home=Home(tmp_path)):
        monkeypatch.setattr(
            alerts,
            "overdue",
            lambda _, now: [one for one in found if not isinstance(one, tuple) or now >= one[0]],
        )
        return alerts.watch(home, now)

    return looks


def test_once_when_it_begins_and_once_when_it_is_over(look, told):
    for minutes in (0, 15, 30):
        [found] = look(NOON + timedelta(minutes=minutes), LATE)
        assert found == {"key": "worklist", "says": LATE.says, "since": "2026-02-01T12:00:00+00:00"}
    for minutes in (45, 60):
        assert look(NOON + timedelta(minutes=minutes)) == []
    assert told() == [
        [f"Overdue: {LATE.says}"],
        [f"Resolved: {LATE.says} (since 2026-02-01T12:00:00+00:00)"],
    ]
    look(NOON + timedelta(days=1), LATE)
    assert len(told()) == 3, "the next time it is told again"


def test_another_begins_while_one_lasts(look, told):
    look(NOON, LATE)
    look(NOON, LATE, Alert("waiting", "3 files wait"))
    assert told()[1:] == [["Overdue: 3 files wait"]]


def test_other_words_for_the_same_alert_are_not_news(look, told):
    look(NOON, Alert("waiting", "3 files wait"))
    look(NOON, Alert("waiting", "4 files wait"))
    assert len(told()) == 1


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(hours=23)])
def test_a_clock_that_steps_back_ends_nothing_and_repeats_nothing(
    tmp_path, monkeypatch, told, back
):
    monkeypatch.setattr(alerts, "overdue", lambda _, now: [LATE] if now >= NOON else [])
    for now in (
        NOON,
        NOON - back,
        NOON - back + timedelta(minutes=15),
        NOON + timedelta(minutes=15),
    ):
        assert len(alerts.watch(Home(tmp_path), now)) == 1
    assert len(told()) == 1


def test_a_clock_that_was_years_ahead_is_not_believed_for_years(tmp_path, monkeypatch, told):
    monkeypatch.setattr(alerts, "overdue", lambda _, now: [LATE] if now >= NOON else [])
    assert len(alerts.watch(Home(tmp_path), NOON + timedelta(days=1000))) == 1
    assert alerts.watch(Home(tmp_path), NOON - timedelta(days=1)) == []
    assert len(told()) == 2


def test_what_could_not_be_sent_is_sent_the_next_time(look, told, monkeypatch):
    import os

    address = os.environ["B12_NOTIFY_WEBHOOK"]
    monkeypatch.setenv("B12_NOTIFY_WEBHOOK", "http://127.0.0.1:1/")
    assert len(look(NOON, LATE)) == 1
    monkeypatch.setenv("B12_NOTIFY_WEBHOOK", address)
    look(NOON, LATE)
    assert told() == [[f"Overdue: {LATE.says}"]]
    monkeypatch.setenv("B12_NOTIFY_WEBHOOK", "http://127.0.0.1:1/")
    look(NOON)
    monkeypatch.setenv("B12_NOTIFY_WEBHOOK", address)
    look(NOON)
    look(NOON)
    assert len(told()) == 2


def test_without_a_channel_it_is_in_the_log_once(look, monkeypatch, caplog):
    for name in ("SMTP", "WEBHOOK"):
        monkeypatch.delenv(f"B12_NOTIFY_{name}", raising=False)
    look(NOON, LATE)
    look(NOON, LATE)
    assert caplog.messages == [f"Overdue: {LATE.says}"]


@pytest.mark.parametrize("damaged", ["", "{", "[]", '{"seen_at": null, "alerts": [1]}'])
def test_a_damaged_state_tells_once_more(look, told, tmp_path, damaged):
    (tmp_path / "alerts.json").write_text(damaged)
    look(NOON, LATE)
    look(NOON, LATE)
    assert len(told()) == 1


def test_the_command_tells_when_it_is_asked_to(tmp_path, told):
    (tmp_path / "deadlines.yaml").write_text('worklist_by: "00:00"\n')
    assert b12(tmp_path, "overdue").code == 14 and told() == []
    assert [b12(tmp_path, "overdue", "--tell").code for _ in range(2)] == [14, 14]
    assert len(told()) == 1


def test_who_opened_a_patient_of_another_site_is_told_once_without_the_patient(
    look, told, tmp_path, monkeypatch
):
    home = Home(tmp_path)
    store = worklist.open_store(home)
    [[item_id, _]] = worklist.items_of_patients(store, ["SECRET-1"]).values()
    mine = store.seen_by(worklist.Actor("kim", "viewer", ("North",)))
    worklist.open_with_reason(mine, item_id, reason="care", because="SECRET-1 is here", hours=8)
    for _ in range(3):
        look(datetime.now(UTC), home=home)
    [[line]] = told()
    assert line.startswith("kim at ") and line.endswith(worklist.REASONS["care"])
    monkeypatch.setenv("B12_NOTIFY_WEBHOOK", "http://127.0.0.1:9")
    worklist.open_with_reason(mine, item_id, reason="emergency", because="x", hours=8)
    later = datetime.now(UTC)
    look(later, home=home)
    kept = json.loads((tmp_path / "alerts.json").read_text())["openings_until"]
    assert kept < later.isoformat(), "what could not be sent is sent the next time"


def test_a_change_of_protocol_is_told_once_and_of_the_next_run_nothing(
    look, told, tmp_path, monkeypatch
):
    home, address = Home(tmp_path), os.environ["B12_NOTIFY_WEBHOOK"]
    former = PackVersion(pack="praxis-2026", version="1.0.0", sha256="a")
    a_run(home, "20260130T010000Z-aaaaaa")
    look(NOON, home=home)
    assert told() == []
    new = PackVersion(pack="other", version="2", sha256="b")
    folder = a_run(home, "20260131T010000Z-aaaaaa", protocol=new, protocol_before=former)
    moved = {"leave": 1_200, "come": 3}
    shadows = [{"protocol": {"sha256": "a"}, "moved": moved, "flows": []}]
    (folder / "shadows.json").write_text(json.dumps(shadows))
    monkeypatch.setenv("B12_NOTIFY_WEBHOOK", "http://127.0.0.1:9")
    look(NOON, home=home)
    monkeypatch.setenv("B12_NOTIFY_WEBHOOK", address)
    for _ in range(2):
        look(NOON, home=home)
    a_run(home, "20260201T010000Z-aaaaaa", protocol=new)
    look(NOON, home=home)
    [lines] = told()
    assert lines == [
        "Protocol changed: praxis-2026 1.0.0 → other 2, as of 2026-01-31.",
        "On the same data it alone adds 1,200 patients to the worklist and removes 3.",
    ]


def test_a_change_of_protocol_that_was_held_is_told_when_it_is_approved(
    look, told, tmp_path, monkeypatch
):
    "Also after later runs, once, and not while it could not be sent"
    home, address = Home(tmp_path), os.environ["B12_NOTIFY_WEBHOOK"]
    former = PackVersion(pack="praxis-2026", version="1.0.0", sha256="a")
    new = PackVersion(pack="other", version="2", sha256="b")
    a_run(home, "20260130T010000Z-aaaaaa")
    look(NOON, home=home)
    change = {"protocol": new, "protocol_before": former}
    held = a_run(home, ".held-20260131T010000Z-aaaaaa", **change)
    discarded = a_run(home, ".held-20260131T020000Z-aaaaaa", published=False, **change)
    for run_id in ("20260201T010000Z-aaaaaa", "20260202T010000Z-aaaaaa"):
        a_run(home, run_id)
        look(NOON, home=home)
    assert told() == []
    for folder in (held, discarded):
        folder.rename(home.runs / folder.name.removeprefix(".held-"))
    monkeypatch.setenv("B12_NOTIFY_WEBHOOK", "http://127.0.0.1:9")
    look(NOON, home=home)
    monkeypatch.setenv("B12_NOTIFY_WEBHOOK", address)
    for _ in range(2):
        look(NOON, home=home)
    [[line]] = told()
    assert line == "Protocol changed: praxis-2026 1.0.0 → other 2, as of 2026-01-31."
    assert json.loads((tmp_path / "alerts.json").read_text())["protocol_waiting"] == []


def a_run(home, run_id, **changes):
    folder = home.runs / run_id
    folder.mkdir(parents=True)
    write_manifest(folder, manifest(run_id, **changes))
    return folder
