"""Alerts: each is sent once when it begins and once when it is resolved, however often deadlines
are checked, even if the clock is set back."""

import json
import logging
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from pipeline.core import exclusive_lock, write_json
from pipeline.operations.deadlines import overdue
from pipeline.operations.notifications import notify

LOG = logging.getLogger("b12.alerts")
A_DAY = timedelta(days=1)


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
        kept = _told_of(alerts, known)
        write_json(home.root / "alerts.json", {"seen_at": now.isoformat(), "alerts": kept})
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


def _kind(alert):
    return "In quarantine" if alert["key"].startswith("quarantine ") else "Overdue"


def _read(home):
    try:
        state = json.loads((home.root / "alerts.json").read_text(encoding="utf-8"))
        return {
            "seen_at": state["seen_at"],
            "alerts": [dict(alert, key=alert["key"]) for alert in state["alerts"]],
        }
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return {"seen_at": None, "alerts": []}  # what was told is told once more
