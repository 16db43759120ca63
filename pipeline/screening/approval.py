"""Release: a steward decides on a run that was held because a gate warned; who, when and why are kept."""

from contextlib import closing
from datetime import UTC, datetime

from pipeline import worklist
from pipeline.core import UsageError, alone
from pipeline.runs import HELD, complete_decision, held_manifests, is_not_future, manifests, state_of, write_json
from pipeline.worklist import Actor


def decide(home, run_id, *, is_approved, by, because):
    """Publish or discard a held run; returns `{"run_id", "state", "worklist"}`, counts only.

    state: published, discarded, or superseded when a newer run of that day or a later one was published meanwhile. Asked again, the
    first answer stands. by: who decided; because: why, for the audit trail. Raises UsageError when no such run waits.
    """
    with closing(worklist.open_store(home)) as store, alone(home, "screen"):
        manifest = _decided(home, run_id) or _decision(home, store, run_id, is_approved=is_approved, by=by, because=because)
        complete_decision(home, manifest)
        worklist.follow(home, store)
    return {"run_id": run_id, "state": state_of(manifest), "worklist": manifest["rows"]["worklist"]}


def _decided(home, run_id):
    "A decision that was written down counts, also where a killed process left the run's folder where it was held"
    known = [*held_manifests(home), *manifests(home, published_only=False)]
    return next((one for one in known if one["run_id"] == run_id and "approval" in one), None)


def _decision(home, store, run_id, *, is_approved, by, because):
    manifest = next((one for one in held_manifests(home) if one["run_id"] == run_id), None)
    if manifest is None:
        waiting = ", ".join(one["run_id"] for one in held_manifests(home)) or "none"
        raise UsageError(f"No run {run_id} waits for a decision. Waiting: {waiting}.")
    state = ("published" if _is_newest(home, manifest) else "superseded") if is_approved else "discarded"
    approval = {"is_approved": is_approved, "by": by, "because": because, "at": datetime.now(UTC).isoformat()}
    worklist.record_access(
        store, actor=Actor(by, "steward"), what="approval", rows=manifest["rows"]["worklist"], detail=f"{run_id} {state}: {because}"
    )
    decided = manifest | {"state": state, "published": state == "published", "approval": approval}
    write_json(home.runs / f"{HELD}{run_id}" / "manifest.json", decided)
    return decided


def _is_newest(home, manifest):
    mine = manifest["as_of"], manifest["started"]
    return not any((one["as_of"], one["started"]) > mine for one in manifests(home) if is_not_future(one))
