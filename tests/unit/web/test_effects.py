"The matrix of priorities is what counting patient by patient gives"

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from pipeline.analysis import flow_of, flows_among
from pipeline.web.effects import SIDES, priority_matrix

SIDE = st.one_of(st.none(), st.tuples(st.sampled_from((1, 2, 3, 4)), st.sampled_from("AB")))
PATIENTS = st.lists(st.tuples(SIDE, SIDE).filter(any), max_size=30)


def row(now, then):
    (priority_now, action_now), (priority_then, action_then) = (side or (None, None) for side in (now, then))  # fmt: skip
    return {
        "patient_id": "x", "priority_now": priority_now, "action_now": action_now,
        "priority_then": priority_then, "action_then": action_then,
    }  # fmt: skip


@given(PATIENTS)
def test_the_matrix_counts_every_patient_once(patients):
    moved = [row(now, then) for now, then in patients if now != then]
    listed = Counter(now[0] for now, _ in patients if now)
    answer = flows_among(moved) | {"now": {"priority": {n: listed[n] for n in (1, 2, 3, 4)}}}
    expected = Counter((now and now[0], then and then[0]) for now, then in patients)
    for now, cells in priority_matrix(answer):
        wanted = [expected[now, then] if now or then else None for then in SIDES]
        assert cells == wanted


@given(PATIENTS)
def test_how_patients_move_is_counted_as_it_is_defined(patients):
    rows = [row(now, then) for now, then in patients if now != then]
    both = [(now, then) for now, then in patients if now and then]
    assert flows_among(rows)["moved"] == {
        "come": sum(now is None for now, _ in patients),
        "leave": sum(then is None for _, then in patients),
        "more_urgent": sum(then[0] < now[0] for now, then in both),
        "less_urgent": sum(then[0] > now[0] for now, then in both),
        "other_action": sum(then[1] != now[1] for now, then in both),
    }
    assert sum(flow["patients"] for flow in flows_among(rows)["flows"]) == len(rows)
    assert [flow_of(each)["from"] for each in rows] == [each["action_now"] for each in rows]
