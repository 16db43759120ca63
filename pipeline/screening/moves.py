"""Who moves on the worklist where another protocol, or other numbers, decide: counts by action and
priority."""

from collections import Counter

from pipeline.protocol import first_action

ASKED = ("priority", "rule", "next_step", "safety", "flags")  # what `first_action` reads
NAMES = ("from", "from_priority", "to", "to_priority")
WAYS = ("come", "leave", "more_urgent", "less_urgent", "other_action")


def action_of(pack, asked):
    """The first action of a patient by their ASKED; None of one who is not on the worklist."""
    return first_action(pack, dict(zip(ASKED, asked, strict=True))) if asked[0] else None


def way_of(before, after, row):
    """A row of ASKED by one pack and by another, as the values of NAMES."""
    was, now = row[: len(ASKED)], row[len(ASKED) : 2 * len(ASKED)]
    return action_of(before, was), was[0], action_of(after, now), now[0]


def flows_of(before, after, rows):
    """How many patients go which way from one pack to another, as of `in_order`. rows: those of
    `way_of`, patients last."""
    counted = Counter()
    for row in rows:
        counted[way_of(before, after, row)] += row[-1]
    return in_order(counted)


def in_order(counted):
    """`{way: patients}` as flows, most first: dicts of NAMES and `patients`; None stands for the
    worklist's outside."""
    return [
        dict(zip(NAMES, way, strict=True)) | {"patients": number}
        for way, number in sorted(counted.items(), key=lambda one: (-one[1], str(one[0])))
    ]


def is_change(flow):
    """Whether who goes this way has another action or priority."""
    return (flow["from"], flow["from_priority"]) != (flow["to"], flow["to_priority"])


def ways_of(flow):
    """What a change is, of WAYS: who stays on the worklist may change in two of them."""
    if not flow["from"]:
        return ("come",)
    if not flow["to"]:
        return ("leave",)
    found = {
        "more_urgent": flow["to_priority"] < flow["from_priority"],
        "less_urgent": flow["to_priority"] > flow["from_priority"],
        "other_action": flow["to"] != flow["from"],
    }
    return tuple(way for way, is_so in found.items() if is_so)


def moved(flows):
    """How many patients come onto the worklist, leave it, or change, of flows."""
    counted = Counter()
    for flow in flows:
        for way in ways_of(flow):
            counted[way] += flow["patients"]
    return {way: counted[way] for way in WAYS}


def listed(flows, side):
    """The worklist on one side of flows, `from` or `to`: how many, by priority and by action."""
    return counted_rows(
        (flow[f"{side}_priority"], flow[side], flow["patients"]) for flow in flows if flow[side]
    )


def counted_rows(rows):
    """A worklist of `(priority, action, patients)`: how many, by priority and by action."""
    priorities, actions = Counter({1: 0, 2: 0, 3: 0, 4: 0}), Counter()
    for priority, action, number in rows:
        priorities[priority] += number
        actions[action] += number
    return {
        "worklist": priorities.total(), "priority": dict(priorities),
        "action": dict(sorted(actions.items())),
    }  # fmt: skip
