"""The nightly run: everyone is screened, the gates decide, and the run is published, held for a
steward, or kept back."""

import filecmp
import shutil
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from threading import Thread

from pipeline import lake, quality, worklist
from pipeline.core import (
    GateClosed,
    LakeUnavailable,
    UsageError,
    exclusive_lock,
    shared_lock,
    today,
)
from pipeline.observability import observe_screening
from pipeline.runs import Inputs, complete_decision, held_manifests, manifests, noting_failure
from pipeline.screening import ahead
from pipeline.screening.following import follow
from pipeline.screening.night import newest_of
from pipeline.screening.notes import ingest_notes
from pipeline.screening.plan import (
    RunPlan,
    kept_pack,
    load_checked_pack,
    load_shadows,
    parse_day,
    with_former,
)
from pipeline.screening.publish import publish
from pipeline.screening.scratch import scratch_folder
from pipeline.screening.screen import plan_night, reported, screen_buckets

ATTEMPTS = 3  # without keeping others out; the next one does


@dataclass(frozen=True)
class ScreeningOutcome:
    """What became of a run; counts only.

    state: as in `runs.folders`. patients: assessed. warned: a sentence for each expectation that
    warned. notes_left: clinicians' notes that the ingest rejected. is_followed: whether the items
    of the worklist follow this run.
    """

    run_id: str
    state: str
    published: bool
    patients: int
    worklist: int
    warned: tuple[str, ...]
    notes_left: int
    is_followed: bool


@dataclass(frozen=True)
class Replay:
    """A past run screened again. is_same: whether worklist.csv is the same byte for byte; None
    where the run kept none."""

    run_id: str
    replay_of: str
    worklist: int
    is_same: bool | None


@noting_failure(is_whole=True)
@observe_screening
def screen_population(
    home, as_of=None, pack=None, progress=lambda name: None, *,
    asked_by=None, hold_warned=False, is_unattended=False, shadows=None,
):  # fmt: skip
    """Screen everyone, gate, publish; returns the ScreeningOutcome.

    asked_by: a key under which one run is published, however often it is asked for. hold_warned:
    where a gate warned, the run is held until `approval.decide`. is_unattended: a schedule asks, so
    `latest` does not go back to an earlier day, and the pack must be signed where the site requires
    it (`B12_REQUIRE_SIGNED_PACK`), else the run is held. shadows: the names of packs that are
    counted besides, else those of `B12_SHADOW_PACKS`. Raises GateClosed: nothing was published.
    """
    _check_lake(home)
    plan = plan_of(
        home, as_of, pack, asked_by=asked_by, hold_warned=hold_warned,
        is_unattended=is_unattended, shadows=shadows,
    )  # fmt: skip
    with closing(worklist.open_store(home)) as store:
        with exclusive_lock(home, "screen"):  # an erasure also needs the store and the ingest
            _, notes_left = ingest_notes(home, store)
        manifest, outcomes = _screen(home, plan, progress)
        with exclusive_lock(home, "screen"):
            follow(home, store)
        if manifest.state == "closed":
            raise GateClosed(quality.message(outcomes))
        return _outcome(manifest, store, notes_left)


@noting_failure(is_whole=False)
def plan_buckets(home, as_of=None, pack=None, *, asked_by):
    """Plan a night ahead; returns the numbers of its buckets, for `screen_planned`, as of
    `ahead.plan_ahead`; none where the night is published, held or decided on already."""
    _check_lake(home)
    plan = plan_of(home, as_of, pack, asked_by=asked_by)
    with closing(worklist.open_store(home)) as store, exclusive_lock(home, "screen"):
        if _answered(home, asked_by):
            return []
        ingest_notes(home, store)
    return ahead.plan_ahead(home, plan)


@noting_failure(is_whole=False)
def screen_planned(home, number, as_of=None, pack=None, *, asked_by):
    """Screen one bucket of a night that was planned ahead; returns how many patients it has, or
    None, as of `ahead.screen_ahead`."""
    return ahead.screen_ahead(home, plan_of(home, as_of, pack, asked_by=asked_by), number)


def plan_of(home, as_of, pack, shadows=None, **asked):
    """The RunPlan of what is asked for: by which pack, for which day (else today), with what
    `screen_population` is asked besides. Raises UsageError, InvalidProtocol."""
    day, loaded = parse_day(as_of or today()), load_checked_pack(pack)
    others, left = load_shadows(loaded, shadows)
    plan = RunPlan(
        loaded, day, watched=others, watched_left=left, changes=quality.read_changes(home), **asked
    )
    return with_former(home, plan)


def _check_lake(home):
    if lake.open_table(home, "delivery") is None:
        raise LakeUnavailable(
            f"{home.root} has no lake, because nothing has been ingested there. Check --home, or"
            " type: b12 ingest PATH --source PROFILE"
        )


def screen_again(home, run_id, as_of=None, pack=None, progress=lambda name: None):
    """Screen a past run from the versions of the lake that it read, publishing nothing; returns the
    Replay.

    as_of, pack: another day or protocol, else those of the run. Raises UsageError and
    LakeUnavailable.
    """
    known = manifests(home, published_only=False)
    run = next((manifest for manifest in known if manifest.run_id == run_id), None)
    if run is None:
        raise UsageError(f"The run {run_id} does not exist. b12 runs lists all runs.")
    with shared_lock(home, "buckets"), exclusive_lock(home, "screen"):
        if not lake.is_readable_as(home, run.inputs):
            raise LakeUnavailable(
                f"The data of the run {run.run_id} no longer exist: old lake files go after 30"
                " days, when the archive is replayed and when a patient is erased. Restore a backup"
                " of that time into a separate home."
            )
        plan = RunPlan(
            load_checked_pack(pack) if pack else kept_pack(home, run),
            parse_day(as_of or run.as_of),
            replay_of=run,
            changes=quality.read_changes(home),
        )
        manifest, _ = _undisturbed(home, plan, progress)
        then, now = (home.runs / each.run_id / "worklist.csv" for each in (run, manifest))
        is_same = filecmp.cmp(then, now, shallow=False) if then.exists() else None
    return Replay(manifest.run_id, run.run_id, manifest.rows.worklist, is_same)


def _screen(home, plan, progress):
    "(manifest, outcomes), of a new attempt where something it rests on changed meanwhile"
    locked = partial(exclusive_lock, home, "screen")
    if done := _planned_ahead(home, plan, progress, locked=locked):
        return done
    for _ in range(ATTEMPTS):
        if done := _attempt(home, plan, progress, locked=locked):
            return done
    with shared_lock(home, "buckets"), exclusive_lock(home, "screen"):
        return _undisturbed(home, plan, progress)


def _planned_ahead(home, plan, progress, *, locked):
    "(manifest, outcomes) of a night that was planned ahead; None without one that is still valid"
    folder = ahead.folder_of(home, plan.asked_by) if plan.asked_by else None
    if folder is None or not folder.exists():
        return None
    with shared_lock(home, "buckets"), _importing_gates():
        night = ahead.night_in(folder, plan)
        if answered := _answered(home, plan.asked_by):
            done = answered, ()
        else:
            done = night and _finish(home, folder, night, plan, progress, locked=locked)
        shutil.rmtree(folder, ignore_errors=True)  # after an error it stays, for the next attempt
    return done


def _undisturbed(home, plan, progress):
    "(manifest, outcomes) of an attempt while others are kept out"
    if done := _attempt(home, plan, progress, locked=nullcontext):
        return done
    raise LakeUnavailable(
        f"The lake under {home.lake_name} changed while it was read, or files of it are missing,"
        " so nothing was published. b12 doctor names missing files; else type the command again."
    )


def _attempt(home, plan, progress, *, locked):
    "(manifest, outcomes); None where something it rests on changed"
    with shared_lock(home, "buckets"), scratch_folder(home) as folder, _importing_gates():
        with locked():
            if answered := _answered(home, plan.asked_by):
                return answered, ()
            plan = plan if plan.replay_of else with_former(home, plan)
            night = plan_night(home, folder, plan, published=_published(home, plan))
        return _finish(home, folder, night, plan, progress, locked=locked)


def _finish(home, folder, night, plan, progress, *, locked):
    "Screen the buckets that have no parts yet, and publish"
    try:
        screen_buckets(home, folder, night, plan, progress=progress)
    except (LakeUnavailable, FileNotFoundError):
        if not _is_overtaken(home, night, _published(home, plan)):
            raise
        return None
    with locked():
        return _publish(home, folder, night, plan, progress)


def _publish(home, folder, night, plan, progress):
    if answered := _answered(home, plan.asked_by):
        return answered, ()
    published = _published(home, plan)
    if _is_overtaken(home, night, published):
        return None
    with reported(home, folder, night, plan, published=published, progress=progress) as screened:
        outcomes, validations = quality.run_suites(
            screened.con, changes=plan.changes, as_of=plan.as_of
        )
        manifest = publish(screened, home, plan, outcomes=outcomes, validations=validations)
    return manifest, outcomes


def _published(home, plan):
    "The manifests of the runs that were published before, newest first"
    past = plan.replay_of
    return [run for run in manifests(home) if not past or run.started < past.started]


def _is_overtaken(home, night, published):
    """Whether another run was published since the Night was planned, or its lake is gone by an
    erasure, a replay of the archive or a vacuum; not where a file of it was lost"""
    if night.after != newest_of(published):
        return True
    is_readable = lake.is_readable_as(home, Inputs(tables=night.versions, lake=night.lake))
    return not is_readable and lake.newest_versions(home) != night.versions


@contextmanager
def _importing_gates():
    "Great Expectations takes seconds to import: meanwhile, the buckets are screened"
    thread = Thread(target=quality.prepare)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _answered(home, asked_by):
    """The run that was published, held or decided on under this key; what a killed process left
    undone of it is done"""
    if asked_by is None:
        return None
    runs = [*held_manifests(home), *manifests(home, published_only=False)]
    answered = next(
        (run for run in runs if run.asked_by == asked_by and run.state != "closed"), None
    )
    return complete_decision(home, answered) if answered and answered.state != "held" else answered


def _outcome(manifest, store, notes_left):
    followed = worklist.followed_run(store) or {}
    return ScreeningOutcome(
        run_id=manifest.run_id, state=manifest.state, published=manifest.published,
        patients=manifest.rows.assessment, worklist=manifest.rows.worklist, warned=manifest.warned,
        notes_left=notes_left, is_followed=followed.get("run_id") == manifest.run_id,
    )  # fmt: skip
