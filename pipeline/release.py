"""Release: a steward decides on a run that was held because a gate warned; who, when and why are kept."""

from datetime import UTC, datetime

from pipeline import worklist
from pipeline.errors import UsageError
from pipeline.locks import alone
from pipeline.run_folders import HELD, held_manifests, manifests, read_manifest, show, state_of, write_json
from pipeline.worklist import Actor

NOT_KEPT = ("assessment.parquet", "worklist.parquet", "worklist.csv", "patient_site.parquet", "summary.json")


def decide(home, run_id, *, is_approved, by, because):
    """Publish or discard a held run; returns `{"run_id", "state", "worklist"}`, counts only.

    state: published, discarded, or superseded when a newer run was published meanwhile. Asked again, the first answer stands.
    by: who decided; because: why, for the audit trail. Raises UsageError when no such run waits.
    """
    store = worklist.open_store(home)
    with alone(home, "screen"):
        manifest = _decided(home, run_id) or _decide(home, store, run_id, is_approved=is_approved, by=by, because=because)
        if manifest["published"]:
            show(home, manifest)
    worklist.follow(home, store)
    store.close()
    return {"run_id": run_id, "state": state_of(manifest), "worklist": manifest["rows"]["worklist"]}


def _decided(home, run_id):
    return next((one for one in manifests(home, published_only=False) if one["run_id"] == run_id and "approval" in one), None)


def _decide(home, store, run_id, *, is_approved, by, because):
    manifest = next((one for one in held_manifests(home) if one["run_id"] == run_id), None)
    if manifest is None:
        waiting = ", ".join(one["run_id"] for one in held_manifests(home)) or "none"
        raise UsageError(f"No run {run_id} waits for a decision. Waiting: {waiting}.")
    is_newest = not any(one["started"] > manifest["started"] for one in manifests(home))
    state = ("published" if is_newest else "superseded") if is_approved else "discarded"
    approval = {"is_approved": is_approved, "by": by, "because": because, "at": datetime.now(UTC).isoformat()}
    worklist.record_access(
        store, actor=Actor(by, "steward"), what="approval", rows=manifest["rows"]["worklist"], detail=f"{run_id} {state}: {because}"
    )
    folder = home.runs / f"{HELD}{run_id}"
    write_json(folder / "manifest.json", manifest | {"state": state, "published": state == "published", "approval": approval})
    for name in NOT_KEPT if state != "published" else ():
        (folder / name).unlink(missing_ok=True)
    folder.replace(home.runs / run_id)
    return read_manifest(home.runs / run_id)
