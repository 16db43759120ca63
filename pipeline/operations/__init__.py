"""For operators: deadlines, alerts, notifications, retention and the doctor."""

from pipeline.operations import alerts, deadlines, notifications, retention
from pipeline.operations.doctor import examine
from pipeline.operations.in_force import record_settings
from pipeline.operations.notifications import notify
from pipeline.operations.refusals import in_quarantine, refused_files, retry

__all__ = [
    "alerts",
    "deadlines",
    "examine",
    "in_quarantine",
    "notifications",
    "notify",
    "record_settings",
    "refused_files",
    "retention",
    "retry",
]
