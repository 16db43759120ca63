"""Approval: a steward decides on a run that was held because a gate warned, or because its protocol
is not signed; who, when and why are kept."""

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline import worklist
from pipeline.core import UsageError, exclusive_lock
from pipeline.runs import (
    HELD,
    Approval,
    complete_decision,
    held_manifests,
    manifests,
    write_manifest,
)
from pipeline.screening.following import follow
from pipeline.worklist import Actor


@dataclass(frozen=True)
class Decision:
    """What became of a held run: its state is published, discarded or superseded. worklist:
    patients on it."""

    run_id: str
    state: str
    worklist: int


def decide(home, run_id, *, is_approved, by, because):
    """Publish or discard a held run; returns the Decision.

    The run is superseded when a newer one, of its day or a later one, was published meanwhile.
    Asked again, the first answer stands. by, because: who decided and why, for the audit trail.
    Raises UsageError when no such run waits.
    """
    with closing(worklist.open_store(home)) as store, exclusive_lock(home, "screen"):
        manifest = _decided(home, run_id)
        if manifest is None:
            manifest = _decide(home, store, run_id, is_approved=is_approved, by=by, because=because)
        complete_decision(home, manifest)
        follow(home, store)
    return Decision(run_id, manifest.state, manifest.rows.worklist)


def _decided(home, run_id):
    """A decision that was written down counts, also where a killed process left the run's folder
    where it was held"""
    known = [*held_manifests(home), *manifests(home, published_only=False)]
    return next((run for run in known if run.run_id == run_id and run.approval), None)


def _decide(home, store, run_id, *, is_approved, by, because):
    held = held_manifests(home)
    manifest = next((run for run in held if run.run_id == run_id), None)
    if manifest is None:
        waiting = ", ".join(run.run_id for run in held) or "none"
        raise UsageError(f"The run {run_id} is not waiting for a decision. Waiting: {waiting}.")
    state = (
        ("published" if _is_newest(home, manifest) else "superseded")
        if is_approved
        else "discarded"
    )
    worklist.record_access(
        store,
        actor=Actor(by, "steward"),
        what="approval",
        rows=manifest.rows.worklist,
        detail=f"{run_id} {state}: {because}",
    )
    approval = Approval(is_approved=is_approved, by=by, because=because, at=datetime.now(UTC))
    update = {"state": state, "published": state == "published", "approval": approval}
    decided = manifest.model_copy(update=update)
    write_manifest(home.runs / f"{HELD}{run_id}", decided)
    return decided


def _is_newest(home, manifest):
    order = manifest.as_of, manifest.started
    return not any(
        (run.as_of, run.started) > order for run in manifests(home) if run.is_past_or_near
    )
