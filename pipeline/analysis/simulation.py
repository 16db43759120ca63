"""What if a threshold, or the whole protocol, were different: the worklist of the last published
run, today and with the change, from the same SELECTs."""

from collections import Counter
from contextlib import ExitStack
from threading import Lock

from pipeline.core import private_folder
from pipeline.engine import build, relation_names, relations_read_by, resting_on, storage_errors
from pipeline.lake import is_readable_as
from pipeline.protocol import fingerprints, movable, moved, pack_of_run
from pipeline.runs import known_manifest, latest_folder
from pipeline.screening import (
    BUILDERS,
    build_changed,
    moves,
    register_inputs,
    scratch_database,
)

BUILT = (*relation_names("clinical"), *relation_names("screening"))
MOVED_TABLES = {  # what a moved number may change
    "protocol.band", "protocol.local_band", "protocol.setting", "protocol.fact_line",
}  # fmt: skip
MOVED_COLUMNS = ("patient_id", "priority_now", "action_now", "priority_then", "action_then")
MINUTES = {"visit": 8.2, "portal": 0.9}
CITES = (
    "PMID 27323792: minutes of staff time for each patient, recommended at an office visit and by"
    " portal message"
)


class Simulation:
    """The facts of the last published run in memory, to be asked `what_if` often. `close` it.
    Raises UsageError without a run.

    run_id, as_of, pack: of that run. lake: whether its tables could be read as it read them, or are
    read as they are now. other: another pack, under which `what_if` asks; its numbers may be moved.
    """

    def __init__(self, home, other=None):
        last = known_manifest(latest_folder(home).resolve())
        self.home, self.run_id, self.as_of = home, last.run_id, last.as_of
        self.pack = pack_of_run(home.runs / last.run_id, last.protocol)
        self.asked, self._shown = other or self.pack, self.pack
        held = is_readable_as(home, last.inputs)
        self.lake = "data of the last published run" if held else "current data"
        self._lock, self._open = Lock(), ExitStack()
        with ExitStack() as opened:
            folder = opened.enter_context(private_folder(home, "what-if"))
            self._con = opened.enter_context(scratch_database(home, folder))
            register_inputs(
                self._con,
                home,
                pack=self.pack,
                as_of=self.as_of,
                versions=last.inputs.tables if held else None,
            )
            self._print = fingerprints(self._con)
            read = {*self._print} if other else MOVED_TABLES
            build(self._con, BUILT, builders=BUILDERS, kept=_kept(self._con, read))
            self._con.execute(f"create table screening.before as {_ROWS}")
            self._now = _counts(self._con, self.pack)
            self._open = opened.pop_all()

    def close(self):
        """Let go of the memory."""
        self._open.close()

    def movable(self):
        """`{name: (value now, unit or meaning)}` of what may be moved."""
        return movable(self.asked)

    def what_if(self, changes, *, minutes=MINUTES):
        """`{"now", "then", "moved", …}` for `{"b12.low": "200", …}`: counts only. minutes: staff
        minutes a patient, by way of contact.

        now and then: `worklist`, and by `priority`, `cohort`, `action`, and `hours` of staff, also
        by action. moved: patients who come onto the worklist, leave it, or change. flows: how many
        go from which action and priority to which, None standing for the worklist's outside. Exact:
        the relations that read a moved number, directly or not, are built anew. protocol: the pack
        of then; protocol_now: that of the run. Raises UsageError.
        """
        pack, before = moved(self.asked, changes), movable(self.asked)
        with self._lock:
            self._show(pack)
            then, flows = _counts(self._con, pack), _flows(self._con, self.pack, pack)
        after = movable(pack)
        changed = {
            name: {"now": before[name][0], "then": after[name][0], "of": before[name][1]}
            for name in changes
        }
        return {
            "run_id": self.run_id, "as_of": str(self.as_of),
            "protocol": pack.versioned_name, "protocol_now": self.pack.versioned_name,
            "lake": self.lake,
            "changed": changed, "now": self._now | staff_hours(self._now, minutes),
            "then": then | staff_hours(then, minutes), "moved": moves.moved(flows),
            "flows": [flow for flow in flows if moves.is_change(flow)],
            "minutes": dict(minutes), "cites": CITES,
        }  # fmt: skip

    def patients(self):
        """Who comes onto the worklist, leaves it or changes by what was asked last: rows with
        `patient_id`, and `priority` and `action` of now and then, None off the list; most urgent
        first."""
        with self._lock:
            return list(_patients(self._con, self.pack, self._shown))

    def _show(self, pack):
        "Build what reads a relation of the protocol that is another than the one shown last"
        # a failure in the middle is no answer
        known, self._print, self._shown = self._print, {}, None
        with storage_errors(self.home):
            self._print = build_changed(self._con, BUILT, pack, known)
        self._shown = pack


def flow_of(row):
    """A row of `patients` as the flow that it is one of."""
    names = ("action_now", "priority_now", "action_then", "priority_then")
    return dict(zip(moves.NAMES, (row[name] for name in names), strict=True))


def flows_among(rows):
    """The `flows` and `moved` of `what_if`, counted from rows of `patients`: of those whom a reader
    sees."""
    flows = moves.in_order(Counter(tuple(flow_of(row).values()) for row in rows))
    return {"flows": flows, "moved": moves.moved(flows)}


def _kept(con, read):
    "What may be built anew where one of these relations changes, and what that reads"
    moved = resting_on(con, BUILT, read)
    return {*moved, *(read for name in moved for read in relations_read_by(con, name))}


_ROWS = f"select patient_id, {', '.join(moves.ASKED)} from screening.worklist"
_SIDES = ", ".join(f"{side}.{name}" for side in ("old", "new") for name in moves.ASKED)
_BOTH = (
    f"from screening.before as old full join ({_ROWS}) as new on new.patient_id = old.patient_id"
)


def _counts(con, pack):
    rows = con.execute(
        f"select {', '.join(moves.ASKED)}, count(*) from screening.worklist group by all"
    ).fetchall()
    listed = moves.counted_rows(
        (asked[0], moves.action_of(pack, asked), number) for *asked, number in rows
    )
    cohorts = con.execute(
        "select unnest(cohorts), count(*) from screening.worklist group by 1 order by 1"
    ).fetchall()
    return listed | {"cohort": dict(cohorts)}


def _flows(con, before, after):
    """Of every patient who is on the worklist under one of the two packs: how many have which
    action and priority under the first and which under the second, most first"""
    rows = con.execute(f"select {_SIDES}, count(*) {_BOTH} group by all").fetchall()
    return moves.flows_of(before, after, rows)


def _patients(con, before, after):
    ids = "coalesce(new.patient_id, old.patient_id)"
    order = f"least(old.priority, new.priority), {ids}"  # least passes over null
    for row in con.execute(f"select {_SIDES}, {ids} {_BOTH} order by {order}").fetchall():
        action, priority, action_then, priority_then = moves.way_of(before, after, row)
        if (action, priority) != (action_then, priority_then):
            cells = (row[-1], priority, action, priority_then, action_then)
            yield dict(zip(MOVED_COLUMNS, cells, strict=True))


def staff_hours(counts, minutes=MINUTES):
    """`hours` of staff for everyone on a worklist and `hours_by_action` for those with each action,
    by way of contact. counts: `worklist` and `action`; minutes: a patient, by way of contact."""
    by_action = {
        action: {way: round(number * each / 60, 1) for way, each in minutes.items()}
        for action, number in counts["action"].items()
    }
    hours = {way: round(counts["worklist"] * each / 60, 1) for way, each in minutes.items()}
    return {"hours": hours, "hours_by_action": by_action}
