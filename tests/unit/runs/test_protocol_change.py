"What a change of protocol alone did is what the pack of the run before would do, the other way round."

from pipeline.runs import CountedChange, change_by, counted_change

LISTED, OTHER = {"priority": 1, "action": "a"}, {"priority": 2, "action": "a"}
FLOWS = [
    {"from": LISTED, "to": OTHER, "patients": 5},
    {"from": OTHER, "to": LISTED, "patients": 2},
    {"from": LISTED, "to": None, "patients": 3},
    {"from": None, "to": LISTED, "patients": 11},
]


def shadow(sha256):
    return {"protocol": {"sha256": sha256}, "moved": {"come": 11, "leave": 3}, "flows": FLOWS}


def test_whom_the_pack_before_would_not_list_the_change_added():
    assert change_by(shadow("a"), "a") == CountedChange(adds=3, removes=11, alters=7)
    assert change_by(shadow("a"), "b") is None


def test_of_the_counts_of_a_run_those_of_the_pack_that_decided_before():
    shadows = [shadow("b"), shadow("a") | {"moved": {"come": 0, "leave": 1}}]
    assert counted_change(shadows, "a") == CountedChange(adds=1, removes=0, alters=7)
    assert counted_change(shadows, "c") is None and counted_change([], "a") is None
