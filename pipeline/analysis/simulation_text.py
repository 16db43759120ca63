"""A what-if as text: what was moved, the worklist now and then, who moves, hours of staff."""

from pipeline.exports import PRIORITIES, table

COLUMNS = ("", "now", "then", "difference")
MOVED = {
    "come": "come onto it", "leave": "leave it", "more_urgent": "more urgent",
    "less_urgent": "less urgent", "other_next_step": "another next step",
}  # fmt: skip


def simulation_as_text(found):
    """What `Simulation.what_if` found, for a terminal."""
    return "\n".join([
        f"What if, on the facts of run {found['run_id']} as of {found['as_of']}, protocol {found['protocol']} (the lake {found['lake']}):",
        *(f"  {name}: {one['now']} → {one['then']} ({one['of']})" for name, one in found["changed"].items()),
        "", table(list(_rows(found)), COLUMNS), "",
        "Patients who " + ", ".join(f"{word}: {found['moved'][name]:,}" for name, word in MOVED.items()) + ".",
        f"Hours: {' and '.join(f'{each:g} minutes a patient ({way})' for way, each in found['minutes'].items())}. {found['cites']}.",
        "A simulation: nothing was published, and no protocol was changed.",
    ])  # fmt: skip


def _rows(found):
    now, then = found["now"], found["then"]
    yield _row("Worklist", now["worklist"], then["worklist"])
    for number, word in PRIORITIES.items():
        yield _row(
            f"  priority {number}, {word}", now["priority"][number], then["priority"][number]
        )
    for title, part in (("By cohort", "cohort"), ("By next step", "next_step")):
        yield {"": title}
        for name in sorted({*now[part], *then[part]}):
            yield _row(f"  {name}", now[part].get(name, 0), then[part].get(name, 0))
    yield {"": "Hours of staff"}
    for way in now["hours"]:
        yield _row(f"  {way}", now["hours"][way], then["hours"][way])


def _row(name, now, then):
    return {
        "": name,
        "now": f"{now:,}",
        "then": f"{then:,}",
        "difference": f"{round(then - now, 1):+,}" if then != now else "=",
    }
