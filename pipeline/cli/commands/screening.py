"""The commands for ingest and screening, and for reading published runs."""

from functools import partial
from getpass import getuser

from pipeline import run as walk
from pipeline.analysis import DIFFERENCE_COLUMNS, explain_latest, explanation_as_text
from pipeline.analysis import diff as difference
from pipeline.cli.commands.exporting import export
from pipeline.cli.commands.recording import record_patients
from pipeline.cli.commands.signing import tell_pack_of
from pipeline.cli.commands.terminal import (
    check_folder,
    form_of,
    patient_id_of,
    raise_refused,
    say,
    show,
    silent,
    tell_account,
    tell_patients,
    tell_relation,
    write,
)
from pipeline.core import GateClosed, UsageError, clock, counted
from pipeline.demo import OTHER_SOURCES, write_demo
from pipeline.exports import (
    FORMATS,
    WORKLIST_COLUMNS,
    WORKLIST_LEAST,
    as_json,
    as_rows,
    as_shown,
    fitted,
    published,
    table,
    worklist_csv,
)
from pipeline.runs import latest_folder
from pipeline.screening import parse_day


def ingest(home, options):
    accounts = walk.ingest(
        home,
        options.paths,
        options.source,
        progress=tell_account if options.format == "table" else silent,
    )
    if options.format == "json":
        show(as_json([account.as_json() for account in accounts if account.entity != "reference"]))
    elif not accounts:
        _say_nothing_came(options)
    raise_refused(home, accounts)


def _say_nothing_came(options):
    say(
        f"Nothing was ingested: no file matches the profile {options.source}, or none has settled"
        " yet."
    )


def screen(home, options):
    if options.snapshot and options.on:
        raise UsageError("--snapshot screens on this machine: leave out --on.")
    if options.shadow and (options.snapshot or options.on):
        raise UsageError(
            "--shadow cannot be given with --snapshot or --on. For every run: B12_SHADOW_PACKS."
        )
    (_screen_again if options.snapshot else _screen)(home, options)


def _screen(home, options):
    on_spark = partial(walk.screen_on_spark, screened=_tell_bucket)
    done = (on_spark if options.on == "spark" else walk.screen_population)(
        home,
        options.as_of,
        options.protocol,
        progress=tell_relation,
        hold_warned=options.hold_warned,
        shadows=options.shadow,
    )
    if done.state == "held":
        raise GateClosed(
            f"A gate warned: the run {done.run_id} with {counted(done.worklist, 'patient')} is held"
            " and the previous worklist stays in use. Read"
            f" {home.runs}/.held-{done.run_id}/quality.json,"
            f" then type: b12 decide {done.run_id} publish --because TEXT, or discard."
        )
    say(walk.describe(home))
    tell_pack_of(home, latest_folder(home).resolve().name)
    if done.notes_left:
        say(
            f"{counted(done.notes_left, 'clinician note')} did not reach the lake. For the reasons,"
            " type: b12 rejects --source clinician_notes"
        )
    if not done.is_followed:
        say(
            "The worklist that people use was not updated: this run's as-of date is earlier than"
            " that of the last run, or in the future."
        )


def _tell_bucket(screened):
    if screened.patients is not None:
        say(
            f"Bucket {screened.bucket}: {counted(screened.patients, 'patient')} in"
            f" {screened.seconds:.1f} s"
            f" on {screened.host}"
        )


def _screen_again(home, options):
    done = walk.screen_again(
        home, options.snapshot, options.as_of, options.protocol, progress=tell_relation
    )
    same = {
        True: "byte for byte the same as the original",
        False: "different from the original; b12 diff shows the changes",
        None: "the original run has none to compare with",
    }
    say(
        f"Screened again with the data of {done.replay_of}: {home.runs / done.run_id}. Nothing was"
        " published."
    )
    say(f"Worklist: {counted(done.worklist, 'patient')}, {same[done.is_same]}.")


def decide(home, options):
    done = walk.decide(
        home,
        options.run_id,
        is_approved=options.decision == "publish",
        by=options.by or getuser(),
        because=options.because,
    )
    say(f"{done.run_id}: {done.state}, {counted(done.worklist, 'patient')} on its worklist.")
    if done.state == "superseded":
        say("A newer run was published while this one waited; the newer worklist stays in use.")


def run(home, options):
    accounts = walk.ingest(home, options.paths, options.source, progress=tell_account)
    if not accounts:
        _say_nothing_came(options)
    screen(home, options)
    raise_refused(home, accounts)


def worklist(home, options):
    form = form_of(options.format, options.out, FORMATS)
    if form not in ("table", "csv", "json"):
        return export(home, options, form)
    folder = latest_folder(home).resolve()  # a run that is published meanwhile moves `latest`
    rows = list(published(folder, priority=options.priority))
    record_patients(home, "list", rows, detail=form)
    if form == "table":
        text = table(list(as_shown(folder, rows)), WORKLIST_COLUMNS, least=WORKLIST_LEAST)
    elif form == "json":
        text = as_json(rows)
    else:
        text = worklist_csv(folder, priority=options.priority)
    write(text, options.out)
    if form == "table":
        tell_pack_of(home, folder.name)
    return None


def explain(home, options):
    day = parse_day(options.as_of) if options.as_of else None
    found = explain_latest(
        home, patient_id=patient_id_of(options), as_of=day, pack=options.protocol
    )
    record_patients(home, "explain", [found])
    show(as_json(found) if options.format == "json" else fitted(explanation_as_text(found)))


def diff(home, options):
    rows = difference(home, options.before, options.after)
    record_patients(home, "compare", rows)
    empty = "The two worklists do not differ."
    show(as_rows(rows, options.format, DIFFERENCE_COLUMNS, empty=empty))
    if options.format == "table" and rows:
        kinds = ("new", "changed", "resolved")
        say(
            ", ".join(f"{sum(row['change'] == kind for row in rows):,} {kind}" for kind in kinds)
            + "."
        )


def demo(home, options):
    if options.patients < 1:
        raise UsageError("--patients must be 1 or more.")
    check_folder(options.out)
    as_of = parse_day(options.as_of) if options.as_of else clock.today()
    size = {"patients": options.patients, "as_of": as_of}
    if options.source == "canonical":
        rows = write_demo(options.out, **size, seed=options.seed, progress=tell_patients)
    else:
        rows = OTHER_SOURCES[options.source](options.out, **size)
    say(
        f"{options.out}: "
        + ", ".join(f"{name} {number:,}" for name, number in rows.items())
        + " rows (synthetic)."
    )
