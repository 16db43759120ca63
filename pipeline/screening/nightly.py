"""The night: everyone is screened, the gates decide, the run is published, held for a steward, or kept back; and past nights again."""

from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime

from pipeline import lake, quality, worklist
from pipeline.core import DEFAULT_PACK, GateClosed, InvalidProtocol, LakeUnavailable, UsageError, alone, today
from pipeline.lake import inputs_are_available, lake_state
from pipeline.observability import instrumentation as observed
from pipeline.protocol import load, problems
from pipeline.runs import complete_decision, held_manifests, manifests, start_of_run, state_of
from pipeline.screening.notes import ingest_notes
from pipeline.screening.publish import publish
from pipeline.screening.screen import screened_population


@observed.screening
def screen_population(home, as_of=None, pack=None, progress=lambda name: None, *, asked_by=None, hold_warned=False, is_unattended=False):
    """Screen everyone, gate, publish; returns what became of it, counts only.

    `{"run_id", "state", "published", "patients", "worklist", "warned", "notes_left", "is_followed"}`: state as run_folders has it; warned:
    a sentence for each expectation that did; notes_left: clinicians' notes that the ingest rejected; is_followed: whether the items of
    the worklist follow this run.

    asked_by: a key, such as the id of a DAG run, under which one run is published, however often it is asked for. hold_warned:
    where a gate warned, the run is held until `release.decide`. is_unattended: nobody asked for it, so `latest` does not go back to
    an earlier day for it.
    Raises GateClosed when a critical expectation failed: the run's quality.json is kept, `latest` stays where it is.
    """
    if lake.open_table(home, "delivery") is None:
        raise LakeUnavailable(
            f"There is no lake under {home.root}: nothing was ever ingested there. Check --home, or type: b12 ingest PATH --source PROFILE"
        )
    with closing(worklist.open_store(home)) as store:
        with alone(home, "screen"):
            known = manifests(home, published_only=False)  # read once: each names every file that was ever delivered
            if asked_by and (manifest := _answered(home, known, asked_by)):
                worklist.follow(home, store)
                return _told(manifest, store)
            pack, day = checked(pack), parse_day(as_of) if as_of else today()
            _, notes_left = ingest_notes(home, store)
            noted = {"asked_by": asked_by, "is_unattended": is_unattended} if asked_by else {}
            manifest, outcomes = _screen(home, _Night(pack, day, hold_warned=hold_warned, noted=noted), known, progress)
            worklist.follow(home, store)
        if state_of(manifest) == "closed":
            raise GateClosed(quality.message(outcomes))
        return _told(manifest, store, notes_left)


def screen_again(home, run_id, as_of=None, pack=None, progress=lambda name: None):
    """Screen a past night from the versions of the lake that its run read; returns `{"run_id", "replay_of", "worklist", "is_same"}`.

    It publishes nothing: `latest` and what people work from stay. as_of, pack: another day or protocol, else those of the run.
    is_same: whether worklist.csv is that of the run, byte for byte; None where the run kept none. Raises UsageError and LakeUnavailable.
    """
    known = manifests(home, published_only=False)
    run = next((one for one in known if one["run_id"] == run_id), None)
    if run is None:
        raise UsageError(f"There is no run {run_id}. See b12 runs.")
    with alone(home, "screen"):
        return _screen_again(home, run, known, as_of or run["as_of"], pack or run["protocol"]["pack"], progress)


def _screen_again(home, run, known, as_of, pack, progress):
    if not inputs_are_available(home, run["inputs"]):
        raise LakeUnavailable(
            f"The lake is not held any more as the run {run['run_id']} read it: files go when it is vacuumed (after 30 days), when the "
            "archive is replayed, and when a patient is forgotten. Restore a backup of that time into a home of its own."
        )
    night = _Night(checked(pack), parse_day(as_of), replay_of=run, noted={"replay_of": run["run_id"]})
    manifest, _ = _screen(home, night, known, progress)
    then, now = (home.runs / one["run_id"] / "worklist.csv" for one in (run, manifest))
    is_same = then.read_bytes() == now.read_bytes() if then.exists() else None
    return {"run_id": manifest["run_id"], "replay_of": run["run_id"], "worklist": manifest["rows"]["worklist"], "is_same": is_same}


@dataclass(frozen=True)
class _Night:
    pack: object
    as_of: date
    noted: dict
    hold_warned: bool = False
    replay_of: dict | None = None

    def state(self, outcomes):
        if self.replay_of:
            return "replay"
        if quality.closing_outcomes(outcomes):
            return "closed"
        return "held" if self.hold_warned and quality.warning_outcomes(outcomes) else "published"


def _screen(home, night, known, progress):
    started, past = start_of_run(home), night.replay_of
    quality.prepare()
    published = [one for one in known if one["published"] and (not past or one["started"] < past["started"])]
    given = {"versions": past["inputs"]["tables"], "screened_at": datetime.fromisoformat(past["started"])} if past else {}
    with screened_population(home, pack=night.pack, as_of=night.as_of, published=published, progress=progress, **given) as (con, versions, folder):
        outcomes, validations = quality.validated(con)
        manifest = publish(
            con, home, pack=night.pack, as_of=night.as_of, inputs=lake_state(home, versions), folder=folder, outcomes=outcomes,
            validations=validations, started=started, state=night.state(outcomes), warned=quality.warnings(outcomes), **night.noted,
        )  # fmt: skip
    return manifest, outcomes


def _answered(home, known, asked_by):
    "The run that was published, held or decided on under this key, if there is one; what a killed process left undone of it is done"
    mine = (one for one in [*held_manifests(home), *known] if one.get("asked_by") == asked_by)
    found = next((one for one in mine if state_of(one) != "closed"), None)
    return complete_decision(home, found) if found and state_of(found) != "held" else found


def _told(manifest, store, notes_left=0):
    is_followed = (worklist.followed_run(store) or {}).get("run_id") == manifest["run_id"]
    rows = {"patients": manifest["rows"]["assessment"], "worklist": manifest["rows"]["worklist"]}
    state = {"run_id": manifest["run_id"], "state": state_of(manifest), "published": manifest["published"]}
    return {**state, **rows, "warned": manifest.get("warned", []), "notes_left": notes_left, "is_followed": is_followed}


def checked(pack=None):
    """The protocol pack, read and found sound. Raises InvalidProtocol with the first problems, each with file and line."""
    found = load(pack or DEFAULT_PACK)
    if wrong := problems(found):
        listed = "; ".join(f"{file}:{line}: {message}" for file, line, message in wrong[:5])
        raise InvalidProtocol(f"The protocol pack {found.name} has {len(wrong)} problems: {listed}. See `b12 protocol check`.")
    return found


def parse_day(text):
    """A day written YYYY-MM-DD. Raises UsageError."""
    try:
        return text if isinstance(text, date) else date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text} is no day; write it as YYYY-MM-DD.") from None
