"""The commands for ingest and screening, and for reading published runs."""

import sys
from getpass import getuser

from pipeline import run as walk
from pipeline.analysis import DIFFERENCE_COLUMNS, explain_latest, explanation_as_text
from pipeline.analysis import diff as difference
from pipeline.cli.commands.exporting import export
from pipeline.cli.commands.terminal import (
    check_folder,
    form_of,
    raise_refused,
    say,
    silent,
    tell_account,
    tell_patients,
    tell_relation,
    write,
)
from pipeline.core import GateClosed, UsageError, clock
from pipeline.demo import write_demo
from pipeline.exports import (
    FORMATS,
    WORKLIST_COLUMNS,
    as_json,
    as_rows,
    table,
    worklist_csv,
    worklist_rows,
)
from pipeline.protocol import as_markdown, load, problems
from pipeline.runs import held_manifests, manifests
from pipeline.screening import parse_day


def ingest(home, given):
    accounts = walk.ingest(
        home,
        given.paths,
        given.source,
        progress=tell_account if given.format == "table" else silent,
    )
    if given.format == "json":
        say(as_json([account.as_json() for account in accounts if account.entity != "reference"]))
    elif not accounts:
        _say_nothing_came(given)
    raise_refused(home, accounts)


def _say_nothing_came(given):
    say(
        f"Nothing was ingested: no file matches the profile {given.source}, or none has settled"
        " yet."
    )


def screen(home, given):
    (_screen_again if given.snapshot else _screen)(home, given)


def _screen(home, given):
    done = walk.screen_population(
        home, given.as_of, given.protocol, progress=tell_relation, hold_warned=given.hold_warned
    )
    if done.state == "held":
        raise GateClosed(
            f"A gate warned: the run {done.run_id} with {done.worklist} patients is held and the"
            f" previous worklist stays in use. Read {home.runs}/.held-{done.run_id}/quality.json,"
            f" then type: b12 decide {done.run_id} publish --because TEXT, or discard."
        )
    say(walk.describe(home))
    if done.notes_left:
        say(
            f"{done.notes_left} of the clinicians' notes did not reach the lake. For the reasons,"
            " type: b12 rejects --source clinician_notes"
        )
    if not done.is_followed:
        say(
            "The worklist that people use was not updated: this run's as-of date is earlier than"
            " that of the last run, or in the future."
        )


def _screen_again(home, given):
    done = walk.screen_again(
        home, given.snapshot, given.as_of, given.protocol, progress=tell_relation
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
    say(f"Worklist: {done.worklist:,} patients, {same[done.is_same]}.")


def decide(home, given):
    done = walk.decide(
        home,
        given.run_id,
        is_approved=given.decision == "publish",
        by=given.by or getuser(),
        because=given.because,
    )
    say(f"{done.run_id}: {done.state}, {done.worklist:,} patients on its worklist.")
    if done.state == "superseded":
        say("A newer run was published while this one waited; the newer worklist stays in use.")


def run(home, given):
    accounts = walk.ingest(home, given.paths, given.source, progress=tell_account)
    if not accounts:
        _say_nothing_came(given)
    screen(home, given)
    raise_refused(home, accounts)


def worklist(home, given):
    form = form_of(given.format, given.out, FORMATS)
    if form not in ("table", "csv", "json"):
        return export(home, given, form)
    rows = worklist_rows(home, priority=given.priority)
    if form == "table":
        text = table(rows, WORKLIST_COLUMNS)
    elif form == "json":
        text = as_json(rows)
    else:
        text = worklist_csv(home, priority=given.priority)
    return write(text, given.out)


def explain(home, given):
    day = parse_day(given.as_of) if given.as_of else None
    found = explain_latest(home, patient_id=given.patient_id, as_of=day, pack=given.protocol)
    say(as_json(found) if given.format == "json" else explanation_as_text(found))


def runs(home, given):
    rows = [
        {"run_id": run.run_id, "as_of": str(run.as_of), "patients": run.rows.assessment,
         "worklist": run.rows.worklist,
         "published": run.published, "state": run.state, "protocol": str(run.protocol)}
        for run in [*held_manifests(home), *manifests(home, published_only=False)]
    ]  # fmt: skip
    say(
        as_rows(
            rows,
            given.format,
            ("run_id", "as_of", "patients", "worklist", "published", "state", "protocol"),
            empty=f"No runs yet in {home.runs}. Type: b12 run PATH --source PROFILE",
        )
    )


def diff(home, given):
    rows = difference(home, given.before, given.after)
    empty = "The two worklists do not differ."
    say(as_rows(rows, given.format, DIFFERENCE_COLUMNS, empty=empty))
    if given.format == "table" and rows:
        kinds = ("new", "changed", "resolved")
        say(
            ", ".join(f"{sum(row['change'] == kind for row in rows):,} {kind}" for kind in kinds)
            + "."
        )


def demo(home, given):
    if given.patients < 1:
        raise UsageError("--patients must be 1 or more.")
    check_folder(given.out)
    as_of = parse_day(given.as_of) if given.as_of else clock.today()
    rows = write_demo(
        given.out, patients=given.patients, seed=given.seed, as_of=as_of, progress=tell_patients
    )
    say(
        f"{given.out}: "
        + ", ".join(f"{name} {number:,}" for name, number in rows.items())
        + " rows (synthetic)."
    )


def protocol(home, given):
    pack = load(given.pack)
    if given.action == "show":
        say(as_markdown(pack))
        return 0
    wrong = problems(pack)
    for file, line, message in wrong:
        print(f"{file}:{line}: {message}", file=sys.stderr)
    if wrong:
        return 12
    say(
        f"{pack.path.name}: sound. {len(pack.raw['facts'])} facts,"
        f" {sum(len(d.rules) for d in pack.decisions)} lines of decision."
    )
    return 0
