"""Whatever lies where a command reads a file: an exit code of the interface and one paragraph of ours, without a value of the file or the text of a library, and without waiting for ever."""

import os
import re
import shutil
import signal
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tests.command import AS_OF, b12, deliver
from tests.homes import KEPT, LOW, built_once, copied, two_nights, without_gates

VALUE = "MARKED-VALUE-77"
CONTENTS = {
    "no UTF-8": b"a: \xff %b\n", "an alias": b"- a: *%b\n", "a tag": b"a: !%b x\n", "no number": b"a: !!int %b\n", "no truth value": b"a: !!bool %b\n",
    "torn": b'{"form": %b', "a list": b'["%b"]', "a text": b'"%b"', "a list of keys": b"- {a: %b}\n", "zero bytes": b"\0\0%b",
}  # fmt: skip
CONTENTS = {name: content % VALUE.encode() for name, content in CONTENTS.items()} | {
    "deep": b"[" * 100_000, "a long number": b'{"form": ' + b"1" * 5000 + b"}", "empty": b"", "a long line": b"x" * 5_000_000 + VALUE.encode(),
}  # fmt: skip
KINDS = [*CONTENTS, "a folder", "a pipe", "a link to itself"]
OF_LIBRARIES = re.compile(
    r"Traceback|unexpectedly|Errno|Error:|Exception:|codec|unicode string|Expecting|pydantic|input_value|line 1 column|Parquet magic|recursion|\bNone\b|object at|"
    r"invalid literal|could not determine|undefined alias|did not find|near \"|Input should|input should"
)
SECONDS = 60


@dataclass(frozen=True)
class Place:
    "Where a file lies, and a command that reads it; codes: what it may return, 0 where it can do without, or where a kind is a file like others"

    file: str
    command: tuple
    codes: set


def usable(*codes):
    return {0, *codes}


PLACES = {
    "a pack that is checked": Place("in/pack.yaml", ("protocol", "check", "FILE"), {12}),
    "a pack that is shown": Place("in/pack.yaml", ("protocol", "show", "FILE"), {12}),
    "a pack that is tried": Place("in/pack.yaml", ("protocol", "test", "FILE"), {12}),
    "a pack that is compared": Place(
        "in/pack.yaml", ("protocol", "diff", "praxis-2026", "FILE"), {12}
    ),
    "a pack of a screening": Place("in/pack.yaml", ("screen", "--protocol", "FILE", "--as-of", AS_OF), {12}),
    "a review": Place("in/review.json", ("protocol", "review", "--add", "FILE"), {2}),
    "a profile": Place("in/mine.yaml", ("source", "check", "FILE", "FOLDER"), {12}),
    "a table that is checked": Place("in/lab_result.csv", ("source", "check", "canonical", "FILE"), {2, 10}),
    "a Parquet file that is checked": Place("in/lab_result.parquet", ("source", "check", "canonical", "FILE"), {2, 10}),
    "a Bundle that is checked": Place("in/bundle.json", ("source", "check", "fhir_r4", "FILE"), {2, 10}),
    "messages that are checked": Place("in/oru.hl7", ("source", "check", "hl7v2", "FILE"), {2, 10}),
    "a table of a draft": Place("in/lab_result.csv", ("source", "draft", "FILE"), {2, 10}),
    "a workbook of a draft": Place("in/lab_result.xlsx", ("source", "draft", "FILE"), {2, 10}),
    "a list of codes": Place("in/codes.csv", ("codes", "check", "FILE"), {2}),
    "a ledger": Place("in/ledger.jsonl", ("restore", "BACKUP", "--ledger", "FILE", "--unsigned"), usable(2, 13)),
    "the manifest of a backup": Place("in/backup.json", ("restore", "BESIDE", "--unsigned"), {2, 13}),
    "a site's profile": Place("home/sources/mine/mine.yaml", ("source", "check", "mine", "FOLDER"), {12}),
    "a site's map": Place("home/sources/mapped/map.csv", ("source", "check", "mapped", "FOLDER"), {12}),
    "a site's SELECT": Place("home/sources/selected/own.sql", ("source", "check", "selected", "FOLDER"), {12}),
    "the gates": Place("home/expectations.yaml", ("screen", "--as-of", AS_OF), usable(12)),
    "the deadlines": Place("home/deadlines.yaml", ("overdue",), usable(12)),
    "the alerts": Place("home/alerts.json", ("overdue", "--tell"), usable(13)),
    "the settings on record": Place("home/settings-recorded.json", ("audit",), usable(13)),
    "the lake's form": Place("home/lake/form.json", ("rejects",), {13}),
    "the lake's form at an upgrade": Place("home/lake/form.json", ("upgrade",), {13}),
    "a run": Place("home/runs/RUN/manifest.json", ("runs",), usable(13)),
    "a run that is explained": Place("home/runs/RUN/manifest.json", ("explain", KEPT[0]), usable(13)),
    "the counts of a run": Place("home/runs/RUN/summary.json", ("audit",), usable(13)),
    "a published worklist": Place("home/runs/RUN/worklist.parquet", ("worklist",), {13}),
    "everyone of a run": Place("home/runs/RUN/assessment.parquet", ("worklist", "--format", "omop", "--out", "NEW"), {13}),
    "a manifest of deliveries": Place("home/landing/canonical/manifest.json", ("overdue",), usable(14)),
    "the worklist database": Place("home/worklist.db", ("user", "list"), usable(13)),
    "a home that is backed up": Place("home/lake/form.json", ("backup", "NEW"), usable(13)),
    "a delivery that is backed up": Place("home/landing/canonical/lab_result.csv", ("backup", "NEW"), usable(13)),
    "a home that is examined": Place("home/deadlines.yaml", ("doctor",), usable(13)),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    "`home`, with profiles of its own, its `backup`, and `in`, where a file of a user lies"
    folder = tmp_path_factory.mktemp("unreadable")
    home = copied(built_once(tmp_path_factory, "two-nights", two_nights) / "home", folder / "home")
    assert b12(home, "backup", folder / "backup").code == 0
    lines = {
        "mapped": "maps: [map.csv]",
        "selected": "patient_columns: {lab_result: patient_id}\ncolumns:\n  lab_result: {required: [patient_id], sql: {lab_result: own.sql}}",
    }
    for name, own in lines.items():
        (home / "sources" / name).mkdir(parents=True)
        text = f"profile: {name}\nextends: canonical\n{own}\n"
        (home / "sources" / name / f"{name}.yaml").write_text(text)
    deliver(folder / "delivered", lab_result=[{"patient_id": "new-1", **LOW}])
    return folder


@contextmanager
def lying(path, kind):
    "Meanwhile a file of this kind lies at a path, in place of what was there"
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = path.with_name(f"{path.name}.kept")
    if path.exists():
        path.rename(kept)
    if kind == "a folder":
        path.mkdir()
    elif kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a link to itself":
        path.symlink_to(path)
    else:
        path.write_bytes(CONTENTS[kind])
    yield
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    if kept.exists():
        kept.rename(path)


@contextmanager
def in_time():
    "What waits for ever, as for the other end of a pipe, is ended"

    def late(*_):
        pytest.fail(f"not done after {SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def asked(folder, place, path):
    "The answer of the command of a Place, and its home"
    named = {
        "FILE": path, "FOLDER": folder / "delivered", "BACKUP": folder / "backup", "BESIDE": path.parent, "NEW": folder / "new-backup",
    }  # fmt: skip
    home = folder / ("restored" if place.command[0] == "restore" else "home")
    with without_gates(), in_time():
        return b12(home, *(named.get(word, word) for word in place.command))


@pytest.mark.parametrize("name", PLACES)
def test_a_file_that_cannot_be_read_costs_a_sentence(folder, name):
    place = PLACES[name]
    run = (folder / "home" / "runs" / "latest").resolve().name
    path = folder / place.file.replace("RUN", run)
    wrong = []
    for kind in KINDS:
        with lying(path, kind):
            answer = asked(folder, place, path)
        for left in ("restored", "new-backup"):
            shutil.rmtree(folder / left, ignore_errors=True)
        told = answer.err + answer.out
        quoted = [VALUE in told, OF_LIBRARIES.search(told), answer.err.count("\n") > 1]
        if answer.code not in place.codes or any(quoted) or len(told) > 10_000:
            wrong.append(f"{kind}: {answer.code} {told[:500]}")
    assert not wrong, "\n".join(wrong)
