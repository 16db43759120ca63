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
WHY: dict[str, str] = {}


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
    return int(share(measured["totals"]) < FLOOR or not left.keys() <= WHY.keys())


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
    """The functions as a Markdown list, with the reason of each."""
    reasons = {name: WHY.get(name, "**no reason**") for name in sorted(left)}
    return "".join(f"- `{name}`: {reason}\n" for name, reason in reasons.items())


if __name__ == "__main__":
    sys.exit(main())
