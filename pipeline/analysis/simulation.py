"""What if a threshold were different: the worklist of the last published run, today and with the
change, from the same SELECTs."""

from contextlib import ExitStack
from functools import partial
from threading import Lock

from pipeline.core import UsageError, private_folder
from pipeline.engine import (
    build,
    build_order,
    relation_names,
    relations_read_by,
    storage_errors,
)
from pipeline.lake import is_readable_as
from pipeline.protocol import load, movable, moved, register_pack
from pipeline.runs import manifests
from pipeline.screening import BUILDERS, register_inputs, scratch_database

BUILT = (*relation_names("clinical"), *relation_names("screening"))
MINUTES = {"visit": 8.2, "portal": 0.9}
CITES = (
    "PMID 27323792: minutes of staff time for each patient, recommended at an office visit and by"
    " portal message"
)


class Simulation:
    """The facts of the last published run in memory, to be asked `what_if` often. `close` it.
    Raises UsageError without a run.

    run_id, as_of, pack: of that run. lake: whether its tables could be read as it read them, or are
    read as they are now.
    """

    def __init__(self, home):
        last = next(iter(manifests(home)), None)
        if last is None:
            raise UsageError(
                f"No run has been published in {home.root}. Type: b12 run PATH --source PROFILE"
            )
        self.home, self.run_id, self.as_of = home, last.run_id, last.as_of
        self.pack = self._shown = load(last.protocol.pack)
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
            build(self._con, BUILT, builders=BUILDERS, kept=_kept(self._con))
            self._con.execute(f"create table screening.before as {_ROWS}")
            self._now = _counts(self._con)
            self._open = opened.pop_all()

    def close(self):
        """Let go of the memory."""
        self._open.close()

    def movable(self):
        """`{name: (value now, unit or meaning)}` of what may be moved."""
        return movable(self.pack)

    def what_if(self, changes, *, minutes=MINUTES):
        """`{"now", "then", "moved", …}` for `{"b12.low": "200", …}`: counts only. minutes: staff
        minutes a patient, by way of contact.

        now and then: `worklist`, and by `priority`, `cohort`, `next_step`, and `hours` of staff.
        moved: patients who come onto the worklist, leave it, or change. Exact: the relations that
        read a moved number, directly or not, are built anew. Raises UsageError.
        """
        pack, before = moved(self.pack, changes), movable(self.pack)
        with self._lock:
            self._show(pack)
            then, differences = _counts(self._con), _moved(self._con)
        after = movable(pack)
        changed = {
            name: {"now": before[name][0], "then": after[name][0], "of": before[name][1]}
            for name in changes
        }
        return {
            "run_id": self.run_id, "as_of": str(self.as_of),
            "protocol": f"{pack.name} {pack.raw['version']}", "lake": self.lake,
            "changed": changed, "now": {**self._now, "hours": _hours(self._now, minutes)},
            "then": {**then, "hours": _hours(then, minutes)}, "moved": differences,
            "minutes": dict(minutes), "cites": CITES,
        }  # fmt: skip

    def _show(self, pack):
        "Build what reads a number that is another than the one shown last"
        sections = {"protocol.band": "bands", "protocol.setting": "settings"}
        seeds = {
            table
            for table, section in sections.items()
            if not self._shown or pack.raw[section] != self._shown.raw[section]
        }
        self._shown = (
            None  # a failure in the middle leaves nothing that could be taken for an answer
        )
        with storage_errors(self.home):
            register_pack(self._con, pack)
            build(self._con, resting_on(self._con, seeds), builders=BUILDERS)
        self._shown = pack


def resting_on(con, seeds):
    """The relations of clinical and screening that read one of the `seeds`, directly or through
    others."""
    found = []
    for name in build_order(con, BUILT):
        if relations_read_by(con, name) & {*seeds, *found}:
            found.append(name)
    return found


def _kept(con):
    "What may be built anew, and what that reads"
    moved = resting_on(con, {"protocol.band", "protocol.setting"})
    return {*moved, *(read for name in moved for read in relations_read_by(con, name))}


_ROWS = "select patient_id, priority, next_step from screening.worklist"


def _counts(con):
    worklist = partial(_by, con)
    return {
        "worklist": con.execute("select count(*) from screening.worklist").fetchall()[0][0],
        "priority": dict.fromkeys((1, 2, 3, 4), 0) | worklist("priority"),
        "cohort": worklist("unnest(cohorts)"), "next_step": worklist("next_step"),
    }  # fmt: skip


def _by(con, what):
    return dict(
        con.execute(
            f"select {what}, count(*) from screening.worklist group by 1 order by 1"
        ).fetchall()
    )


def _moved(con):
    [row] = con.execute(f"""
        select
            count(*) filter (old.patient_id is null), count(*) filter (new.patient_id is null),
            count(*) filter (new.priority < old.priority),
            count(*) filter (new.priority > old.priority),
            count(*) filter (new.next_step <> old.next_step)
        from screening.before as old full join ({_ROWS}) as new on new.patient_id = old.patient_id
    """).fetchall()
    return dict(
        zip(("come", "leave", "more_urgent", "less_urgent", "other_next_step"), row, strict=True)
    )


def _hours(counts, minutes):
    return {way: round(counts["worklist"] * each / 60, 1) for way, each in minutes.items()}
