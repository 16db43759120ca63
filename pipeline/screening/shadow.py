"""Shadows: other protocol packs over the same night. One pack decides the worklist; of the others
it is counted whom they would list, so that a change can be watched before it is made."""

from contextlib import contextmanager

from pipeline.engine import build, resting_on, select_of, view_of_parquet, with_dependencies
from pipeline.protocol import fingerprints, register_pack
from pipeline.screening.apply_rules import apply_rules
from pipeline.screening.moves import ASKED, flows_of, is_change, listed, moved
from pipeline.screening.plan import version_of

FLOW = "bucket.shadow_flow"
RULES = {"screening.fit": apply_rules}
TARGETS = (  # what a decision needs
    "clinical.patient_fact", "screening.patient_combination", "screening.combination_decision",
)  # fmt: skip
_DECISION = """create table screening.shadow_decision (number integer, patient_id varchar,
    priority integer, rule varchar, next_step varchar, safety varchar[], flags varchar[],
    cohorts varchar[])"""


def needed(con):
    """The relations that must be kept until every shadow has decided."""
    return with_dependencies(con, TARGETS)


def write_flows(con, shadows, folder):
    """Decide a built bucket by each of these packs in turn, and write who goes where as the part
    FLOW. What the bucket's own pack registered is not there any more afterwards."""
    con.execute(_DECISION)
    con.execute("create table screening.shadow_pack (number integer)")
    if shadows:
        _keep_decisions(con, 0)
    known, wanted = fingerprints(con), needed(con)
    for number, pack in enumerate(shadows, start=1):
        con.execute("insert into screening.shadow_pack values ($1)", [number])
        register_pack(con, pack)
        with _set_aside(con, _changed(con, wanted, known)) as changed:
            build(con, changed, builders=RULES)
            _keep_decisions(con, number)
    view_of_parquet(con, FLOW, select_of(FLOW), folder, compression="zstd")


@contextmanager
def _set_aside(con, relations):
    """Tables that others take the place of meanwhile: so each shadow pays for what it has otherwise
    than the pack of the run, not than the shadow before it"""
    for name in relations:
        con.execute(f"alter table {name} rename to {name.split('.')[1]}_of_run")
    yield relations
    for name in relations:
        con.execute(f"drop table {name}")
        con.execute(f"alter table {name}_of_run rename to {name.split('.')[1]}")


def build_changed(con, wanted, pack, known):
    """Register a pack, and build anew those of the wanted relations that read a relation of the
    protocol which it fills otherwise than `known`, fingerprints; returns the fingerprints now."""
    register_pack(con, pack)
    build(con, _changed(con, wanted, known), builders=RULES)
    return fingerprints(con)


def _changed(con, wanted, known):
    found = fingerprints(con)
    changed = {name for name in {*found, *known} if found.get(name) != known.get(name)}
    # what was known to the decisions before holds their answers, too
    return resting_on(con, wanted, {*changed, "screening.combination_fact"} if changed else set())


def _keep_decisions(con, number):
    "Of whom the worklist would list; the flags are those that rules raise"
    columns = ", ".join((*ASKED, "cohorts"))
    con.execute(
        f"insert into screening.shadow_decision select $1, patient_id, {columns}"
        " from screening.patient_combination join screening.combination_decision"
        " using (combination) where priority between 1 and 4",
        [number],
    )


def shadow_counts(con, pack, shadows):
    """What each shadow would list beside the worklist of the run: `protocol`, `now` and `then` (how
    many, by priority and action, of then also by cohort), `moved`, and `flows` of those who change,
    as of `moves`."""
    sides = ", ".join(f"{side}_{name}" for side in ("from", "to") for name in ASKED)
    counted = f"select {sides}, cast(sum(patients) as bigint) from {FLOW} where shadow = $1"
    cohorts = (
        f"select unnest(to_cohorts) as cohort, cast(sum(patients) as bigint) from {FLOW}"
        " where shadow = $1 group by 1 order by 1"
    )
    for number, shadow in enumerate(shadows, start=1):
        rows = con.execute(f"{counted} group by all order by all", [number]).fetchall()
        flows = flows_of(pack, shadow, rows)
        by_cohort = dict(con.execute(cohorts, [number]).fetchall())
        yield {
            "protocol": version_of(shadow),
            "now": listed(flows, "from"), "then": listed(flows, "to") | {"cohort": by_cohort},
            "moved": moved(flows), "flows": [flow for flow in flows if is_change(flow)],
        }  # fmt: skip
