"""For operators: deadlines, alerts, notifications, retention and the doctor."""

from pipeline.operations import alerts, deadlines, notifications, retention
from pipeline.operations.doctor import examine
from pipeline.operations.notifications import notify

__all__ = [
    "alerts",
    "deadlines",
    "examine",
    "notifications",
    "notify",
    "retention",
]
