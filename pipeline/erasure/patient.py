"""Erase a patient in the lake, the archive, the runs and the worklist; only the fact of the
erasure is kept."""

from contextlib import ExitStack, closing
from dataclasses import dataclass, field

from pipeline import lake, worklist
from pipeline.core import ENTITIES, StorageError, UsageError, counted, exclusive_lock
from pipeline.engine import connect
from pipeline.erasure import ledger
from pipeline.erasure.cut import in_packed
from pipeline.erasure.ids import Ids, patient_id_of
from pipeline.erasure.mentions import Mention, mentions_of
from pipeline.erasure.orphan_cleanup import settle_claimed_files, sweep
from pipeline.erasure.published import erase_run, rows_of_run, run_folders
from pipeline.erasure.search import Unsearchable, in_delivered, in_reference, in_refused
from pipeline.erasure.traces import erase_traces
from pipeline.lake import ids_of_patient, query
from pipeline.landing import archived_files, references_of, rewriting
from pipeline.profiles import read_profile

ERASED = ("rejected_row", "blanked_cell", *reversed(ENTITIES))  # the patients last
UNREAD = ("refused", "quarantine")  # rooms of files that could not be read


@dataclass(frozen=True)
class Erasure:
    """What an erasure deleted, or would delete. rows: by place. files: (path below the home,
    rows). mentions: where the id stands in what belongs to others, for a person to decide.
    erased_on: the day of an earlier erasure of this id, where nothing was left to erase."""

    rows: dict[str, int] = field(default_factory=dict)
    files: tuple[tuple[str, int], ...] = ()
    mentions: tuple[Mention, ...] = ()
    erased_on: str | None = None


def erase(home, patient_id, *, who, is_dry_run=False):
    """Delete every row of a patient, under all ids of the same person; returns an Erasure.

    An archived file keeps its name, the SHA-256 it was delivered under, so that delivering it again
    does not bring a patient back. A refused file was never understood: its lines in which an id is
    a word go, and all of it where it is not text. who: the account that asked for it, for the
    ledger and the audit trail. is_dry_run: only say what would go. It waits for a backup, a
    screening and an ingest. Cut short, it can be done again: the ledger says first who is to go,
    and the lake forgets them last. Raises UsageError for an unknown id, StorageError.
    """
    if not patient_id.strip():
        raise UsageError("Give a patient ID: b12 erase PATIENT")
    with ExitStack() as stack:
        for lock in ("backup", "buckets", "screen", "ingest"):
            stack.enter_context(exclusive_lock(home, lock))
        store = stack.enter_context(closing(worklist.open_store(home)))
        return _erase_unlocked(home, store, patient_id, who=who, is_dry_run=is_dry_run)


def _erase_unlocked(home, store, patient_id, *, who, is_dry_run):
    ids = _all_ids(home, patient_id)
    if not is_dry_run:
        sweep(home)
        settle_claimed_files(home, _deliveries(home))
    found = _found(home, store, ids)
    if not found.is_anything:
        return _nothing(home, store, found)
    if is_dry_run:
        return Erasure(found.rows, found.files(home))
    rows = _erase(home, store, found, who=who)
    worklist.record_access(
        store, actor=worklist.Actor(who, "admin"), what="erased", rows=sum(rows.values())
    )
    return Erasure(rows, found.files(home), mentions_of(home, store, ids))


@dataclass(frozen=True)
class _Found:
    """What a home holds of a person. runs: (folder, rows). messages: sources of HL7 v2, in which a
    merge of two numbers is one message and goes with either of them."""

    ids: tuple
    archive: tuple
    reference: tuple
    refused: tuple
    runs: tuple
    lake: dict
    worklist: int
    contact: int
    messages: tuple

    @property
    def rows(self):
        "How many by place, in the order in which they are erased"
        rooms = {name: getattr(self, name) for name in ("archive", "reference", "refused")}
        counts = {name: sum(each.records for each in files) for name, files in rooms.items()}
        counts |= {"runs": sum(rows for _, rows in self.runs), "worklist": self.worklist}
        counts |= {"contact": self.contact}
        return {name: number for name, number in (counts | self.lake).items() if number}

    @property
    def is_anything(self):
        "Not where there are only files that cannot be read, which may hold any patient"
        opaque = sum(each.records for each in self.refused if each.cut is None)
        return sum(self.rows.values()) > opaque

    def files(self, home):
        "The files that change, as paths below the home, with how many rows"
        delivered = [
            (each.path, each.records) for each in (*self.archive, *self.reference, *self.refused)
        ]
        return tuple(
            (path.relative_to(home.root).as_posix(), rows)
            for path, rows in (*delivered, *self.runs)
        )


def _found(home, store, ids):
    accepted = [delivery for delivery in _deliveries(home) if delivery["refused"] is None]
    profiles = {
        source: read_profile(source, home) for source in {each["source"] for each in accepted}
    }
    runs = [(folder, rows_of_run(folder, ids)) for folder in run_folders(home)]
    with closing(connect()) as con:
        rows = {table: lake.count_of_patients(con, home, table, ids) for table in ERASED}
    return _Found(
        ids=tuple(ids),
        archive=_of_any(_in_archive(home, accepted, profiles, ids)),
        reference=_of_any(_in_references(home, ids)),
        refused=_of_any(_in_refused(home, ids)),
        runs=tuple((folder, rows) for folder, rows in runs if rows),
        lake=rows,
        worklist=worklist.rows_of_patients(store, ids),
        contact=worklist.contacts_of_patients(store, ids),
        messages=tuple(source for source, profile in profiles.items() if profile.format == "hl7v2"),
    )


def _of_any(found):
    return tuple(theirs for theirs in found if theirs.records)


def _in_archive(home, deliveries, profiles, ids):
    "Under every name that a delivered file has there, once: two snapshots may be the same bytes"
    files = {
        path: (profiles[delivery["source"]], delivery["file"])
        for delivery in deliveries
        for path in archived_files(home.archive / delivery["source"], delivery["sha256"])
    }
    for path, (profile, name) in sorted(files.items()):
        kind = profile.kind_of_file(name)
        yield _searched(in_delivered, home, path, profile=profile, kind=kind, ids=ids)


def _in_references(home, ids):
    for folder in sorted((home.root / "reference").glob("*/")):
        profile = read_profile(folder.name, home)
        if profile.format == "table" and profile.lookup:
            for path in references_of(home, folder.name):
                yield _searched(in_reference, home, path, profile=profile, ids=ids)


def _in_refused(home, ids):
    for room in UNREAD:
        for path in sorted((home.root / room).rglob("*")):
            if path.is_file():
                source = path.relative_to(home.root / room).parts[0]
                yield in_refused(path, Ids.of(ids, patient_id_of(home, source)))


def _searched(search, home, path, **options):
    try:
        return search(home, path, **options)
    except Unsearchable:
        name = path.relative_to(home.root).as_posix()
        raise StorageError(
            f"{name} cannot be read with the profile of its source as it is now, so it is not known"
            " whether it holds this patient, and nothing was erased. Correct the profile, or"
            " restore the file from a backup; then erase again."
        ) from None


def _erase(home, store, found, *, who):
    ledger.write(home, who=who, ids=found.ids)
    for theirs in (*found.archive, *found.reference):
        with rewriting(theirs.path) as part:
            in_packed(part, theirs.cut)
    for theirs in found.refused:
        if theirs.cut is None:
            theirs.path.unlink()
        else:
            theirs.cut(theirs.path)
    for folder, _ in found.runs:
        erase_run(folder, found.ids)
    worklist.forget(store, found.ids)  # only now: no run can make an item of them anew
    if home.outcomes.is_dir():  # once more: while they had items, these could be written anew
        erase_run(home.outcomes, found.ids)
    _erase_lake(home, found)
    ledger.write(home, who=who, rows=found.rows)
    return found.rows


def _erase_lake(home, found):
    """Last, and of its tables the patients last: they say who was merged into whom, so that an
    erasing that was cut short can be done again"""
    unread = erase_traces(home, found.ids)
    for theirs in found.archive:
        unread.setdefault(theirs.path.name.split(".")[0], []).extend(theirs.unread)
    with closing(connect()) as con:
        for table in ERASED:
            lake.erase(con, home, table, found.ids, unread=unread, merged_in=found.messages)
    lake.vacuum(home, keep_hours=0)


def _deliveries(home):
    return query(
        home, "select distinct source, sha256, file, refused from lake.delivery order by all"
    )


def _all_ids(home, patient_id):
    with closing(connect()) as con:
        return ids_of_patient(con, home, patient_id)[1]


def _nothing(home, store, found):
    "Erased before, perhaps by a process that was killed before it had cleaned up; or unknown"
    if erased_at := ledger.last_erasure(home, found.ids):
        lake.vacuum(home, keep_hours=0)
        store.scrub()
        return Erasure(erased_on=erased_at[:10])
    more = ""
    if found.refused:
        unread = counted(len(found.refused), "refused file")
        more += f" {unread} cannot be read, and may be about any patient."
    if named := mentions_of(home, store, found.ids):
        more += f" The ID stands in text of others, for example in {named[0].where}."
    raise UsageError(
        f"No patient with this ID is on file, so nothing was erased. Check the ID.{more}"
    )
