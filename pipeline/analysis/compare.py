"""What changed between two runs: new, resolved and changed rows of the worklist, and why."""

from pipeline.core import UsageError
from pipeline.engine import build, scan_of_parquet, select_of, with_dependencies
from pipeline.lake import query
from pipeline.protocol import pack_of_run, register_pack
from pipeline.runs import manifests, parquet_files

DIFFERENCE_COLUMNS = (
    "change",
    "patient_id",
    "priority_before",
    "priority_after",
    "next_step_before",
    "next_step_after",
    "because",
)

BEFOREHAND = ("clinical.merged_patient", "explaining.fact_difference", "explaining.result_act")


def diff(home, before, after):
    """Rows of DIFFERENCE_COLUMNS: every patient who came onto the worklist, left it, or whose row
    on it changed.

    before, after: run ids, `latest`, or `previous`. because: facts whose answer changed (`b12: low
    → never`), and what became of the result that the earlier row rested on (withdrawn or corrected
    by which file and line); first of all, whether another protocol screened. Raises UsageError.
    """
    old, new = _run(home, before), _run(home, after)

    def attach(con):
        for name, run in (("before", old), ("after", new)):
            scan = scan_of_parquet(parquet_files(home.runs / run.run_id, "assessment"))
            con.execute(f"create view lake.assessment_{name} as from {scan}")
        seen = sorted({file.sha256 for file in old.inputs.files})
        con.execute(
            "create table lake.delivery_before as select unnest($1::varchar[]) as sha256", [seen]
        )
        con.execute(
            "create table lake.protocol_change as select $1::varchar as said",
            [new.protocol.change_from(old.protocol)],
        )
        register_pack(con, _pack_of(home, new))
        build(con, with_dependencies(con, BEFOREHAND))

    return query(home, select_of("explaining.run_difference"), before=attach)


def _pack_of(home, run):
    folder, protocol = home.runs / run.run_id, run.protocol
    return pack_of_run(folder, protocol, is_needed=False)


def _run(home, name):
    published = manifests(home)
    kept = [
        run
        for run in manifests(home, published_only=False)
        if parquet_files(home.runs / run.run_id, "assessment")
    ]
    by_name = {run.run_id: run for run in kept} | dict(
        zip(("latest", "previous"), published, strict=False)
    )
    if name not in by_name:
        known = ", ".join(run.run_id for run in published[:5]) or "none"
        raise UsageError(f"No published run {name}. The newest are {known}; b12 runs lists all.")
    return by_name[name]
