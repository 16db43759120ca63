"""A what-if as text: what was moved, the worklist now and then, who moves, hours of staff."""

from pipeline.exports import PRIORITIES, table

COLUMNS = ("", "now", "then", "difference")
MOVED = {
    "come": "join it", "leave": "leave it", "more_urgent": "more urgent",
    "less_urgent": "less urgent", "other_next_step": "another next step",
}  # fmt: skip


def simulation_as_text(answer):
    """What `Simulation.what_if` answered, for a terminal."""
    run, pack, lake = answer["run_id"], answer["protocol"], answer["lake"]
    changed = [
        f"  {name}: {change['now']} → {change['then']} ({change['of']})"
        for name, change in answer["changed"].items()
    ]
    moved = ", ".join(f"{word}: {answer['moved'][name]:,}" for name, word in MOVED.items())
    minutes = [f"{each:g} minutes per patient ({way})" for way, each in answer["minutes"].items()]
    title = f"What if, on the facts of run {run} as of {answer['as_of']}, protocol {pack} ({lake}):"
    return "\n".join([
        title,
        *changed,
        "",
        table(list(_rows(answer)), COLUMNS),
        "",
        f"Patients who {moved}.",
        f"Hours: {' and '.join(minutes)}. {answer['cites']}.",
        "A simulation: nothing was published and no protocol was changed.",
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
    yield {"": "Staff hours"}
    for way in now["hours"]:
        yield _row(f"  {way}", now["hours"][way], then["hours"][way])


def _row(name, now, then):
    return {
        "": name,
        "now": f"{now:,}",
        "then": f"{then:,}",
        "difference": f"{round(then - now, 1):+,}" if then != now else "=",
    }
