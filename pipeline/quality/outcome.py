"""The outcome of an expectation, which outcomes close the gate, and the operator's message."""

from dataclasses import dataclass

from pipeline.core import counted


@dataclass(frozen=True)
class Outcome:
    """One expectation of a suite, evaluated once. Counts, file and laboratory names; never a
    patient's values or ids.

    severity: critical, warning or info. outcome: passed, failed, not_applicable (nothing there to
    look at) or error (it could not be evaluated, which is never taken for a pass). rows_checked and
    rows_failed are None where an expectation is about the table as a whole. note: the sentence that
    fits the outcome. expected: what should be so. is_muted: the site has
    muted it, so that a failure closes and warns nothing. site_change: what the site changed, and
    why. is_reported_only: a warning about what is flagged at each patient concerned, which does not
    hold the run.
    """

    suite: str
    expectation: str
    column: str | None
    severity: str
    outcome: str
    observed: str | None
    threshold: str
    rows_checked: int | None
    rows_failed: int | None
    note: str
    todo: str
    expected: str = ""
    is_muted: bool = False
    site_change: str | None = None
    is_reported_only: bool = False

    @property
    def is_closing(self):
        return self.severity == "critical" and self._counts

    @property
    def is_warning(self):
        return self.severity == "warning" and self._counts

    @property
    def is_holding(self):
        "Also when it could not be evaluated: then what it would have said is unknown"
        return self.is_warning and (self.outcome == "error" or not self.is_reported_only)

    @property
    def _counts(self):
        return self.outcome in ("failed", "error") and not self.is_muted


def closing_outcomes(outcomes):
    """The outcomes that close the gate: critical ones that failed or could not be evaluated."""
    return [outcome for outcome in outcomes if outcome.is_closing]


def warning_outcomes(outcomes):
    """The outcomes that warn: they close nothing, and a steward may want to see them before
    anything is published."""
    return [outcome for outcome in outcomes if outcome.is_warning]


def holding_outcomes(outcomes):
    """The warnings for which a run is held until a steward decides."""
    return [outcome for outcome in outcomes if outcome.is_holding]


def warnings(outcomes):
    """A sentence for each outcome that warns: what, on how many rows, and what to do. Counts, file
    and laboratory names."""
    return [_sentence(outcome) for outcome in warning_outcomes(outcomes)]


def message(outcomes):
    """One paragraph for the operator: which expectations closed the gate, on how many rows, and
    what to do."""
    closing = closing_outcomes(outcomes)
    if not closing:
        return "The gate is open."
    count = (
        "a critical expectation" if len(closing) == 1 else f"{len(closing)} critical expectations"
    )
    head = (
        f"The gate is closed by {count}: nothing was published; the previous worklist stays in use."
    )
    return " ".join([head, *(_sentence(outcome) for outcome in closing)])


def _sentence(outcome):
    where = (
        f"{outcome.suite}.{outcome.column}"
        if outcome.column
        else f"{outcome.suite} ({outcome.expectation})"
    )
    if outcome.outcome == "error":
        return f"{where} could not be evaluated ({outcome.observed}). {outcome.note} {outcome.todo}"
    said = [f"{where}: {outcome.note}", f"Expected: {outcome.threshold}."]
    if outcome.rows_checked is not None:
        said.append(f"Failed: {outcome.rows_failed:,} of {counted(outcome.rows_checked, 'row')}.")
    if outcome.observed:
        said.append(f"Observed: {outcome.observed}.")
    return " ".join([*said, outcome.todo])
