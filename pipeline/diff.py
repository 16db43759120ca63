"""What changed between two runs: new, resolved and changed rows of the worklist, and why."""

from pipeline.errors import UsageError
from pipeline.protocol import load_or_shipped
from pipeline.protocol.tables import register_pack
from pipeline.query import query
from pipeline.relations import build, select_of
from pipeline.run_folders import manifests

COLUMNS = ("change", "patient_id", "priority_before", "priority_after", "next_step_before", "next_step_after", "because")


def diff(home, before, after):
    """Rows of COLUMNS: every patient who came onto the worklist, left it, or whose row on it changed.

    before, after: run ids, `latest`, or `previous`. because: facts whose answer changed (`b12: low → never`), and what became of
    the result that the earlier row rested on (withdrawn or corrected by which file and line). Raises UsageError.
    """
    old, new = _run(home, before), _run(home, after)

    def attach(con):
        for name, run in (("before", old), ("after", new)):
            path = str(home.runs / run["run_id"] / "assessment.parquet").replace("'", "''")
            con.execute(f"create view lake.assessment_{name} as select * from read_parquet('{path}')")
        seen = sorted({file["sha256"] for file in old["inputs"]["files"]})
        con.execute("create table lake.delivery_before as select unnest($1::varchar[]) as sha256", [seen])
        register_pack(con, load_or_shipped(new["protocol"]["pack"]))
        build(con, ["clinical.merged_patient", "explaining.fact_difference", "explaining.result_act"])

    return query(home, select_of("explaining.run_difference"), before=attach)


def _run(home, name):
    published = manifests(home)
    kept = [one for one in manifests(home, published_only=False) if (home.runs / one["run_id"] / "assessment.parquet").exists()]
    by_name = {one["run_id"]: one for one in kept} | dict(zip(("latest", "previous"), published, strict=False))
    if name not in by_name:
        known = ", ".join(one["run_id"] for one in published[:5]) or "none"
        raise UsageError(f"There is no published run {name}. The newest: {known}; see b12 runs.")
    return by_name[name]
