"""A what-if as text: what was moved, the worklist now and then, who moves, hours of staff."""

from pipeline.core import counted
from pipeline.exports import PRIORITIES, table

COLUMNS = ("", "now", "then", "difference")
MOVED = {
    "come": "join it", "leave": "leave it", "more_urgent": "more urgent",
    "less_urgent": "less urgent", "other_action": "another action",
}  # fmt: skip
FLOWS = ("from", "to", "patients")
SHOWN = 15  # flows, most patients first


def simulation_as_text(answer):
    """What `Simulation.what_if` answered, for a terminal."""
    run, pack, lake = answer["run_id"], answer["protocol"], answer["lake"]
    changed = [
        f"  {name}: {change['now']} → {change['then']} ({change['of']})"
        for name, change in answer["changed"].items()
    ]
    moved = ", ".join(f"{word}: {answer['moved'][name]:,}" for name, word in MOVED.items())
    minutes = [f"{each:g} minutes per patient ({way})" for way, each in answer["minutes"].items()]
    if pack != answer["protocol_now"]:
        changed.insert(0, f"  protocol: {answer['protocol_now']} → {pack}")
    title = f"What if, on run {run} as of {answer['as_of']}, protocol {pack} ({lake}):"
    return "\n".join([
        title,
        *changed,
        "",
        table(list(_rows(answer)), COLUMNS),
        "",
        f"Patients who {moved}.",
        *_flows(answer["flows"]),
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
    for title, part in (("By cohort", "cohort"), ("By action", "action")):
        yield {"": title}
        for name in sorted({*now[part], *then[part]}):
            yield _row(f"  {name}", now[part].get(name, 0), then[part].get(name, 0))
    for way in now["hours"]:
        yield _row(f"Staff hours, {way}", now["hours"][way], then["hours"][way])
        yield from _by_action(now["hours_by_action"], then["hours_by_action"], way)


def _by_action(now, then, way):
    for name in sorted({*now, *then}):
        yield _row(f"  {name}", *(side.get(name, {}).get(way, 0) for side in (now, then)))


def _flows(flows):
    "Where patients come from and go to, most first"
    if not flows:
        return []
    rows = [
        {
            "from": _row_of(flow["from"], flow["from_priority"]),
            "to": _row_of(flow["to"], flow["to_priority"]), "patients": f"{flow['patients']:,}",
        }
        for flow in flows[:SHOWN]
    ]  # fmt: skip
    left_out = len(flows) - SHOWN
    more = [f"{counted(left_out, 'smaller change')} not shown."] if left_out > 0 else []
    return [table(rows, FLOWS), *more]


def _row_of(action, priority):
    return f"{action}, priority {priority}" if action else "not on the list"


def _row(name, now, then):
    return {
        "": name,
        "now": f"{now:,}",
        "then": f"{then:,}",
        "difference": f"{round(then - now, 1):+,}" if then != now else "=",
    }
