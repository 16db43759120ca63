"""How the effect of another protocol is shown: from which priority to which."""

from collections import Counter

from pipeline.protocol import labels

SIDES = (*labels.PRIORITIES, None)  # None: not on the worklist


def priority_matrix(answer):
    """Rows `(priority now, [patients by priority then])` over SIDES, of an answer of `what_if` with
    its totals; the cell of those who are on neither list is None."""
    moved = Counter()
    for flow in answer["flows"]:
        moved[flow["from_priority"], flow["to_priority"]] += flow["patients"]
    rows = []
    for now in SIDES:
        others = {then: moved[now, then] for then in SIDES if then != now}
        same = answer["now"]["priority"][now] - sum(others.values()) if now else None
        rows.append((now, [others.get(then, same) for then in SIDES]))
    return rows
