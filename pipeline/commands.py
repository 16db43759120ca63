"""What each command of `b12` does: call the walk, print what it returns."""

import sys
from datetime import date

from pipeline import maintain
from pipeline import run as walk
from pipeline.demo import write_demo
from pipeline.erase import erase as erase_patient
from pipeline.errors import Refused, UsageError
from pipeline.explain import explain as explain_patient
from pipeline.explain_text import as_text
from pipeline.output import as_json, as_rows
from pipeline.protocol import load
from pipeline.protocol.check import problems
from pipeline.protocol.show import as_markdown
from pipeline.publish import manifests
from pipeline.report import WORKLIST_COLUMNS, account_line, table, worklist_csv
from pipeline.report import worklist as worklist_rows


def ingest(home, given):
    accounts = walk.ingest(home, given.paths, given.source, progress=_tell_account if given.format == "table" else _silent)
    if given.format == "json":
        _print(as_json([account.as_json() for account in accounts if account.entity != "reference"]))
    return _refused(accounts)


def screen(home, given):
    walk.screen_population(home, given.as_of, given.protocol, progress=_tell_relation)
    _print(walk.describe_latest(home))


def run(home, given):
    accounts = walk.ingest(home, given.paths, given.source, progress=_tell_account)
    screen(home, given)
    return _refused(accounts)


def worklist(home, given):
    rows = worklist_rows(home, priority=given.priority)
    if given.format == "table":
        text = table(rows, WORKLIST_COLUMNS)
    elif given.format == "json":
        text = as_json(rows)
    else:
        text = worklist_csv(home, priority=given.priority)
    _write(text, given.out)


def explain(home, given):
    last = next(iter(manifests(home)), None)
    if last is None and not given.as_of:
        raise UsageError("No run was published yet; give --as-of YYYY-MM-DD to explain over the lake as it is.")
    day = walk.parse_day(given.as_of or last["as_of"])
    pack = load(given.protocol or (last["protocol"]["pack"] if last else "praxis-2026"))
    versions = last["inputs"]["tables"] if last and not given.as_of else None
    found = explain_patient(home, patient_id=given.patient_id, pack=pack, as_of=day, versions=versions)
    _print(as_json(found) if given.format == "json" else as_text(found))


REJECTED = ("source", "file", "line", "entity", "rejected_because", "code_system", "code", "unit", "performing_lab")
UNMAPPED = ("source", "entity", "skipped_because", "code_system", "code", "name", "rows")


def rejects(home, given):
    _print(as_rows(maintain.rejected_rows(home, reason=given.reason), given.format, REJECTED))


def unmapped(home, given):
    _print(as_rows(maintain.unmapped_codes(home), given.format, UNMAPPED))


def runs(home, given):
    rows = [
        {"run_id": one["run_id"], "as_of": one["as_of"], "patients": one["rows"]["assessment"], "worklist": one["rows"]["worklist"],
         "published": one["published"], "protocol": f"{one['protocol']['pack']} {one['protocol']['version']}"}
        for one in manifests(home, published_only=False)
    ]  # fmt: skip
    _print(as_rows(rows, given.format, ("run_id", "as_of", "patients", "worklist", "published", "protocol")))


def reingest(home, given):
    accounts = maintain.reingest(home, progress=_tell_account)
    return _refused(accounts)


def compact(home, given):
    _print(f"Files merged: {sum(walk.compact_lake(home).values()):,}. Files dropped: {sum(walk.vacuum_lake(home).values()):,}.")


def erase(home, given):
    rows = erase_patient(home, given.patient_id)
    _print(f"Erased {sum(rows.values()):,} rows: {', '.join(f'{name} {number:,}' for name, number in rows.items() if number) or 'none'}.")


def demo(home, given):
    if given.patients < 1:
        raise UsageError("--patients must be 1 or more.")
    as_of = walk.parse_day(given.as_of) if given.as_of else date.today()
    rows = write_demo(given.out, patients=given.patients, seed=given.seed, as_of=as_of, progress=_tell_patients)
    _print(f"{given.out}: " + ", ".join(f"{name} {number:,}" for name, number in rows.items()) + " rows (synthetic).")


def protocol(home, given):
    pack = load(given.pack)
    if given.action == "show":
        _print(as_markdown(pack))
        return 0
    wrong = problems(pack)
    for file, line, message in wrong:
        print(f"{file}:{line}: {message}", file=sys.stderr)
    if wrong:
        return 12
    _print(f"{pack.path.name}: sound. {len(pack.raw['facts'])} facts, {sum(len(d.rules) for d in pack.decisions)} lines of decision.")
    return 0


def _refused(accounts):
    return Refused.exit_code if any(account.refused for account in accounts) else 0


def _silent(_):
    return None


def _tell_account(account):
    _print(account_line(account))


def _tell_relation(name):
    if sys.stderr.isatty():
        print(f"\r\033[Kbuilding {name}", end="", file=sys.stderr, flush=True)


def _tell_patients(done, total):
    if sys.stderr.isatty():
        print(f"\r\033[K{done:,} of {total:,} patients", end="\n" if done >= total else "", file=sys.stderr, flush=True)


def _write(text, out):
    if out is None:
        _print(text)
    else:
        out.write_text(text + "\n", encoding="utf-8")


def _print(text):
    print(text, flush=True)
