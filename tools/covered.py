"""Write the branch coverage of pipeline/ into docs/benchmarks.md: the end of `make coverage`.

What the measured tests do not run is named by its function, with the reason that WHY gives. Exit 1
below FLOOR percent, and where a reason is missing.
"""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- coverage:begin -->", "<!-- coverage:end -->"
FLOOR = 95  # percent of lines and branches
NO_REASON = "**no reason given**"
WHY = {  # reason: functions with lines or branches that the measured tests do not run
    "reached in other processes: tests/stack, tests/dags, make chaos": """
        __main__.<module> cli.commands.exporting._Output.flush
        cli.commands.exporting._Output.write cli.commands.people._password
        cli.commands.terminal.tell_patients cli.commands.terminal.tell_relation cli.main.main
        engine.connection.storage_errors engine.connection.write_error erasure.tokens._of_parquet
        ingest.validate.working_database landing.copy_in._remove_orphans
        landing.copy_in.copy_into_landing readers.fhir.load.load_resources readers.table._keep
        screening.notes.ingest_notes screening.publish._remove_half_built
    """,
    "two processes, or two readers, at the same moment": """
        backup.mirror.Mirror.drop cli.commands.screening.decide exports.meta.meta_in
        ingest.claims._has_served ingest.claims._held ingest.ingest._ingest
        landing.arrival.list_files observability.instrumentation._run_since
        worklist.actions.assign worklist.items.item_of_patient worklist.merging.unmerge
    """,
    "one way of a branch in which nothing is left to do": """
        analysis.explanation_text._near_misses analysis.explanation_text._rules
        erasure.orphan_cleanup._put_away
        erasure.orphan_cleanup.settle_claimed_files erasure.orphan_cleanup.sweep
        lake.places.place_of landing.moves.prune_landing
        observability.instrumentation.observe_ingest.observed operations.deadlines_file._mistake
        profiles.files.install_profile protocol.check._lines.line protocol.tables._table
        readers.fhir.bundle.Window.value readers.fhir.text.Texts._rows readers.hl7v2.result._take
        run.ingest screening.inputs._register_published web.login.leave worklist.end_snoozes.wake
        worklist.history.record worklist.reconcile._register_run
    """,
    "another machine, account or library than that of the tests": """
        exports.sheet.write_sheet ingest.replay._link
        landing.arrival._is_being_written observability.lineage._emit
        operations.doctor.state._clock operations.doctor.system._secrets
        operations.doctor.system._version operations.notifications._connected
    """,
    "a rarer case of a kind whose other cases are tested": """
        analysis.explanation.explain_run backup.create._delivered backup.lake_copy.copy_lake
        core.yaml_text.fault profiles.check._mistake profiles.maps.filled
        profiles.profile._read_maps readers.fhir.bundle.Window._read_on readers.fhir.text._decoded
        readers.fhir.text._text
        cli.commands.screening._screen cli.commands.screening.run
        exports.report.account_line landing.manifest._text_of
        observability.datasets._columns_read observability.datasets.published
        operations.doctor.data.of_lake operations.doctor.settings._protocol
        operations.doctor.state._latest profiles.files._found profiles.files._raw
        protocol.check._band_problems protocol.pack._load_or_shipped
        readers.fhir.bundle.entries readers.fhir.bundle.members readers.fhir.shape.holds_bundle
        readers.fhir.text._blocks readers.fhir.text._unbundled readers.hl7v2.rows.RowFile.add
        readers.meds.load_events readers.omop.load_concepts
        readers.table.read_header readers.unpack._transcoded runs.manifest.RunManifest._with_state
        screening.inputs.register_inputs sources.check._as_delivered
        web.access.identity web.failures.broken web.patients._rests_upon
        web.patients.explained_or_none worklist.actions._assigned worklist.actions.row_to_change
        worklist.dump_load._copy worklist.merging.merge
    """,
}


def main() -> int:
    command = [sys.executable, "-m", "coverage", "json", "-q", "-o", "-"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    measured = json.loads(done.stdout)
    left = dict(uncovered(measured["files"]))
    text = (
        table(packages(measured["files"])) + "\nNot run by the measured tests:\n\n" + listed(left)
    )
    written = PLACE.read_text(encoding="utf-8")
    before, after = written[: written.index(BEGIN) + len(BEGIN)], written[written.index(END) :]
    PLACE.write_text(f"{before}\n{text}{after}", encoding="utf-8")
    print(text)
    is_unexplained = any(reason_of(name) == NO_REASON for name in left)
    return int(share(measured["totals"]) < FLOOR or is_unexplained)


def packages(files):
    """The sums of each package, by name; a module that stands alone is one too."""
    found = defaultdict(list)
    for path, file in files.items():
        found[Path(path).relative_to("pipeline").parts[0].removesuffix(".py")].append(
            file["summary"]
        )
    return {
        name: {key: sum(one[key] for one in each) for key in each[0] if "percent" not in key}
        for name, each in found.items()
    }


def share(summary):
    """Percent of the lines and branches that were run."""
    parts = ("statements", "branches")
    whole = sum(summary[f"num_{part}"] for part in parts)
    return (
        100 * (summary["covered_lines"] + summary["covered_branches"]) / whole if whole else 100.0
    )


def table(summaries):
    """The packages as a Markdown table, the least covered first; none without any line."""
    whole = {
        key: sum(one[key] for one in summaries.values()) for key in next(iter(summaries.values()))
    }
    some = {name: one for name, one in summaries.items() if one["num_statements"]}
    rows = sorted(some.items(), key=lambda item: (share(item[1]), item[0]))
    head = "| package | lines | branches | run by tests |\n|---|--:|--:|--:|\n"
    return head + "".join(_row(name, one) for name, one in [*rows, ("**all**", whole)])


def _row(name, summary):
    lines, branches = summary["num_statements"], summary["num_branches"]
    return f"| {name} | {lines} | {branches} | {share(summary):.1f} % |\n"


def uncovered(files):
    """(module.function, its lines that no test ran, or left in only one direction) of each."""
    for path, file in files.items():
        for name, function in file["functions"].items():
            lines = {
                *function["missing_lines"],
                *(line for line, _ in function.get("missing_branches", ())),
            }
            if lines:
                module = ".".join(Path(path).with_suffix("").parts[1:]).removesuffix(".__init__")
                yield f"{module}.{name or '<module>'}", sorted(lines)


def listed(left):
    """The functions as a Markdown list, by their reasons."""
    groups = defaultdict(list)
    for name in sorted(left):
        groups[reason_of(name)].append(f"`{name}`")
    return "\n".join(f"- {reason}: {', '.join(names)}" for reason, names in groups.items()) + "\n"


def reason_of(name):
    """Why a function is not wholly covered, by WHY; NO_REASON where it does not say."""
    return next((reason for reason, names in WHY.items() if name in names.split()), NO_REASON)


if __name__ == "__main__":
    sys.exit(main())
