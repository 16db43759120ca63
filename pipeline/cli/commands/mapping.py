"""The command with which a steward answers what a local code or unit stands for."""

from pipeline import analysis
from pipeline.cli.commands.terminal import is_confirmed, say, show
from pipeline.core import UsageError, account, counted
from pipeline.exports import as_rows
from pipeline.profiles import shown
from pipeline.protocol import labels
from pipeline.run import COMMAND_LINE
from pipeline.worklist import Actor

LISTED = (
    "source", "entity", "kind", "code_system", "delivered", "answer", "by", "on", "waiting", "key",
)  # fmt: skip
LEAST = ("on", "by", "kind", "code_system", "entity")
FEWEST = 6  # digits of a key
ALL_FILES = 1_000_000


def map_codes(home, options):
    if not options.code:
        return _list(home, options)
    asked = _asked(home, options)
    given = [options.to is not None, options.none, options.undo]
    if sum(given) > 1:
        raise UsageError("Give one of --to, --none and --undo.")
    if options.undo:
        return _undo(home, asked, options)
    if not any(given):
        return _tell_question(asked)
    return _answer(home, asked, options)


def _list(home, options):
    rows = [
        {
            "source": one.source, "entity": one.entity, "kind": one.kind,
            "code_system": one.code_system, "delivered": _short(one, options),
            "answer": analysis.target_of(one.answer), "by": one.answer.answered_by,
            "on": (one.answer.answered_at or "")[:10] or None,
            "waiting": one.rows if one.is_waiting else None, "key": one.key,
        }
        for one in analysis.questions(home)
        if one.answer and options.source in (None, one.source)
    ]  # fmt: skip
    show(as_rows(rows, options.format, LISTED, empty="No code or unit is answered.", least=LEAST))
    if options.format == "table":
        _tell_replay(home)


def _short(one, options):
    return shown(one.delivered) if options.format == "table" else one.delivered


def _asked(home, options):
    "The question that is meant, by its key or the beginning of it, or by what was delivered"
    every = [one for one in analysis.questions(home) if options.source in (None, one.source)]
    found = [one for one in every if options.code in (one.delivered, one.key)]
    if not found and len(options.code) >= FEWEST:
        found = [one for one in every if one.key.startswith(options.code)]
    if not found:
        raise UsageError(
            f"No code or unit {shown(options.code)} is on the list. Type: b12 unmapped, or b12 map"
            " for those with an answer."
        )
    if len(found) > 1:
        named = "; ".join(f"{one.key} ({one.source}, {one.entity} {one.kind})" for one in found[:5])
        raise UsageError(f"{len(found)} fit {shown(options.code)}. Give a key: {named}.")
    return found[0]


def _tell_question(asked):
    is_like = f", looks like {asked.resembles} ({asked.likeness} %)" if asked.resembles else ""
    say(
        f"{asked.source}, {asked.entity} {asked.kind} {shown(asked.delivered)}:"
        f" {counted(asked.rows, 'row')}{is_like}: {analysis.target_of(asked.answer)}."
    )


def _answer(home, asked, options):
    actor = Actor(account(), "admin")
    to = "none" if options.none else options.to
    given = analysis.answer_to(asked, to, actor=actor, because=options.because)
    limits = {"most_files": ALL_FILES, "most_bytes": 1 << 40} if options.all_files else {}
    _tell_preview(asked, analysis.preview(home, asked, given, **limits))
    if options.dry_run:
        return
    if not options.yes and not is_confirmed("Save this answer in the map?"):
        raise UsageError("Nothing was saved. To save without being asked, add --yes.")
    analysis.save_answer(home, asked, given, actor=actor, origin=COMMAND_LINE)
    say(f"Saved in the map of {asked.source}.")
    if given.is_relevant:
        _tell_replay(home)


def _undo(home, asked, options):
    if not asked.is_ours:
        raise UsageError(f"{shown(asked.delivered)} has no answer that could be taken back.")
    by = {"actor": Actor(account(), "admin"), "origin": COMMAND_LINE}
    analysis.take_back(home, asked, answered_at=asked.answer.answered_at, **by)
    say(f"Taken back: {shown(asked.delivered)} of {asked.source} is unmapped.")
    _tell_replay(home)


def _tell_preview(asked, preview):
    say(f"{shown(asked.delivered)} → {analysis.target_of(preview.answer)}")
    say(f"  {preview.title}: {preview.effect}.")
    for unit in preview.units:
        if unit.example is not None:
            test = labels.word(unit.analyte)
            say(f"  {test}: 100 would count as {unit.example:,.1f} {unit.canonical}.")
    if preview.trial:
        _tell_trial(preview.trial)
    for warning in preview.warnings:
        say(f"  Check: {warning}")


def _tell_trial(trial):
    if not trial.read:
        return say(f"  Not known how many rows would count: none of {trial.files} files was read.")
    out = {labels.low(why): rows for why, rows in (trial.rejected + trial.skipped).items()}
    out |= {"duplicate": trial.duplicates} if trial.duplicates else {}
    named = (
        f"; still out: {', '.join(f'{why} {rows:,}' for why, rows in out.items())}" if out else ""
    )
    say(
        f"  In {trial.read:,} of {counted(trial.files, 'file')} that hold it:"
        f" {counted(trial.accepted, 'row')} of {counted(trial.patients, 'patient')} would"
        f" count{named}."
    )
    return None


def _tell_replay(home):
    due = [source for source, is_due in analysis.replays_due(home).items() if is_due]
    if due:
        say(
            f"Rows of {', '.join(due)} were read before the map was changed. Next: b12 reingest,"
            " then b12 screen."
        )
