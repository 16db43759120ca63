"""For operators: deadlines, alerts, notifications, retention and the doctor."""

from pipeline.operations import alerts, deadlines, notifications, retention
from pipeline.operations.doctor import examine
from pipeline.operations.in_force import record_settings
from pipeline.operations.notifications import notify
from pipeline.operations.outcome_reports import COLUMNS as OUTCOME_COLUMNS
from pipeline.operations.outcome_reports import (
    outcome_rows,
    write_monthly_reports,
    write_outcomes_report,
)
from pipeline.operations.refusals import (
    dismiss,
    in_quarantine,
    open_refusals,
    refused_files,
    retry,
    told_refusals,
)
from pipeline.operations.standing import pack_standing_of, standing_of

__all__ = [
    "OUTCOME_COLUMNS",
    "alerts",
    "deadlines",
    "dismiss",
    "examine",
    "in_quarantine",
    "notifications",
    "notify",
    "open_refusals",
    "outcome_rows",
    "pack_standing_of",
    "record_settings",
    "refused_files",
    "retention",
    "retry",
    "standing_of",
    "told_refusals",
    "write_monthly_reports",
    "write_outcomes_report",
]
