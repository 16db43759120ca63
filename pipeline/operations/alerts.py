"""Alerts: each is sent once when it begins and once when it is resolved, however often deadlines
are checked, even if the clock is set back."""

import logging
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from pipeline import worklist
from pipeline.core import counted, exclusive_lock, read_json, settings, write_json, zone
from pipeline.operations.deadlines import overdue
from pipeline.operations.notifications import notify
from pipeline.operations.switched import told_of_protocol

LOG = logging.getLogger("b12.alerts")
A_DAY = timedelta(days=1)
OPENED = "patient of another site", "patients of other sites"


def watch(home, now=None):
    """Check the deadlines and send what is new or resolved; returns what is overdue now, `[{"key",
    "says", "since"}]`.

    Alerts that could not be sent are sent the next time. Raises InvalidProtocol, LakeUnavailable.
    """
    with exclusive_lock(home, "alerts"):
        before = _read(home)
        now = _never_back(now or datetime.now(UTC), before["seen_at"])
        known = {alert["key"]: alert for alert in before["alerts"]}
        alerts = [
            {**known.get(alert.key, {"since": now.isoformat(timespec="seconds")}), **asdict(alert)}
            for alert in overdue(home, now)
        ]
        told_up_to, waiting = told_of_protocol(
            home, before["protocol_of"], before["protocol_waiting"]
        )
        state = {
            "seen_at": now.isoformat(), "alerts": _told_of(alerts, known),
            "openings_until": _told_of_openings(home, before["openings_until"], now),
            "protocol_of": told_up_to, "protocol_waiting": waiting,
        }  # fmt: skip
        write_json(home.root / "alerts.json", state)
    return alerts


def _never_back(now, seen_at):
    """The later of the clock and the last look: an hour that comes twice ends no alert and begins
    none.

    A clock that is a day and more behind was wrong before, and is believed now.
    """
    seen = datetime.fromisoformat(seen_at) if seen_at else now
    return seen if now < seen <= now + A_DAY else now


def _told_of(alerts, known):
    "The alerts that people know of now"
    fresh = [alert for alert in alerts if alert["key"] not in known]
    still = {alert["key"] for alert in alerts}
    over = [alert for key, alert in known.items() if key not in still]
    kept = [alert for alert in alerts if alert["key"] in known]
    if not fresh and not over:
        return kept
    lines = [
        *(f"{_kind(alert)}: {alert['says']}" for alert in fresh),
        *(f"Resolved: {alert['says']} (since {alert['since']})" for alert in over),
    ]
    for line in lines:
        LOG.warning("%s", line)
    told = notify(
        f"B12 screening: {len(fresh)} overdue, {len(over)} resolved",
        [*lines, "What to do: docs/runbook.md, Operator alerts."],
    )
    return [*kept, *(over if told and all(told.values()) else fresh)]


def _told_of_openings(home, since, now):
    """Tell who opened patients of other sites, and why; returns the instant up to which this was
    told"""
    since = datetime.fromisoformat(since) if since else now - A_DAY
    opened = _openings(home, since, now)
    if not opened:
        return now.isoformat()
    for one in opened:
        LOG.warning("%s opened a patient of another site: %s", one["who"], one["detail"])
    lines = [
        f"{one['who']} at {one['at'].astimezone(zone()):%Y-%m-%d %H:%M}: {one['detail']}"
        for one in opened
    ]
    told = notify(
        f"B12 screening: {counted(len(opened), *OPENED)} opened",
        [*lines, "Whom, and in which words: Audit in the pages, or b12 audit --what break_glass."],
    )
    return (since if told and all(told.values()) else now).isoformat()


def _openings(home, since, now):
    if not settings().database_url and not (home.root / "worklist.db").exists():
        return []
    asked = worklist.Asked(what="break_glass", since=since, until=now)
    with closing(worklist.open_store(home)) as store:
        return worklist.accesses(store, asked, limit=None)[::-1]


def _kind(alert):
    return "In quarantine" if alert["key"].startswith("quarantine ") else "Overdue"


def _read(home):
    try:
        state = read_json(home.root / "alerts.json")
        return {
            "seen_at": state["seen_at"],
            "alerts": [dict(alert, key=alert["key"]) for alert in state["alerts"]],
            "openings_until": state.get("openings_until"),
            "protocol_of": state.get("protocol_of"),
            "protocol_waiting": list(state.get("protocol_waiting", ())),
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {
            "seen_at": None,
            "alerts": [],
            "openings_until": None,
            "protocol_of": None,
            "protocol_waiting": (),
        }  # what was told is told once more
