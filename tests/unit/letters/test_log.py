"What is logged of letters, once, and their file again; on both databases"

import pytest

from pipeline import letters, worklist
from pipeline.core import UsageError
from pipeline.worklist import Actor, act, item, letters_lately, letters_logged, new_act, undo
from tests.stores import KIM, LEE, TODAY, fill
from tests.unit.letters.conftest import ANN, knows, planned


def logged(store, home, act_id, actor=KIM):
    return letters.letters_again(store, letters.shelf(home, store), act_id, actor=actor)


def test_letters_are_logged_once_and_taken_back_together(home, store):
    keys = fill(store, [{"patient_id": name} for name in ("A", "B", "C")])
    for name in ("A", "B"):
        knows(store, name, **ANN | {"name": f"Ann {name}"})
    plan, act_id = planned(home, store, "recall-letter", keys.values()), new_act()
    assert [each.why for each in plan.left] == ["no name is recorded"]
    done = letters.log(store, plan.letters, actor=KIM, act_id=act_id, next_on=TODAY, today=TODAY)
    assert (done.done, done.left, done.act_id) == (2, (), act_id)
    row = item(store, keys["A"])
    assert (row["status"], row["failed_attempts"], row["next_attempt_on"]) == (
        "contacted",
        0,
        TODAY,
    )
    [told, *_] = [one for one in worklist.events(store, keys["A"]) if one["kind"] == "attempt"]
    assert (told["channel"], told["outcome"]) == ("letter", "sent")
    assert told[
        "detail"
    ] == f"{plan.letters[0].wording}; next attempt {TODAY}" and "Ann" not in str(told)
    # the same form again: nothing is logged, and the file is the same
    again = letters.log(store, plan.letters, actor=KIM, act_id=act_id, today=TODAY)
    assert (again.done, len(again.left)) == (0, 2)
    assert len([one for one in worklist.events(store, keys["A"]) if one["kind"] == "attempt"]) == 1
    assert [one.text for one in logged(store, home, act_id).letters] == [
        one.text for one in plan.letters
    ]
    assert not logged(store, home, act_id, LEE).letters, "another user's"
    assert {one.key for one in letters_lately(store, keys.values(), days=1)} == {
        keys["A"],
        keys["B"],
    }
    taken = undo(store, act_id, actor=KIM)
    assert taken.done == 2 and item(store, keys["A"])["status"] == "open"
    assert not logged(store, home, act_id).letters
    assert not letters_lately(store, keys.values(), days=1)
    assert undo(store, act_id, actor=KIM).done == 0


def test_a_patient_whom_someone_changed_meanwhile_is_left(home, store):
    keys = fill(store, [{"patient_id": "A"}, {"patient_id": "B"}])
    for name in keys:
        knows(store, name, **ANN)
    plan, act_id = planned(home, store, "recall-sms", keys.values()), new_act()
    act(store, keys["B"], actor=LEE, version=1, comment="called back")
    done = letters.log(store, plan.letters, actor=KIM, act_id=act_id)
    assert (done.done, done.left) == (1, (keys["B"],))
    assert [one.key for one in logged(store, home, act_id).letters] == [keys["A"]]
    assert [one.key for one in letters_logged(store, act_id, actor=KIM)] == [keys["A"]]
    elsewhere = store.seen_by(Actor("kim", "coordinator", ("south",)))
    assert not letters_logged(elsewhere, act_id, actor=KIM), (
        "of a site that the reader does not see"
    )


def test_a_letter_to_the_clinician_is_no_attempt_to_reach_the_patient(home, store):
    [key] = fill(store, [{"patient_id": "A", "failed_attempts": 2}]).values()
    knows(store, "A", **ANN)
    plan, act_id = planned(home, store, "clinician-notice", [key]), new_act()
    letters.log(store, plan.letters, actor=KIM, act_id=act_id)
    row = item(store, key)
    assert (row["status"], row["failed_attempts"]) == ("open", 2)
    assert worklist.events(store, key)[0]["kind"] == "clinician_letter"
    assert [one.to for one in logged(store, home, act_id).letters] == ["Dr Gray"]
    undo(store, act_id, actor=KIM)
    assert not logged(store, home, act_id).letters


def test_what_is_no_longer_what_was_logged_is_not_in_the_file(home, store, written):
    keys = fill(store, [{"patient_id": "A"}, {"patient_id": "B"}])
    for name in keys:
        knows(store, name, **ANN)
    path = written("mine.en", "Dear {{ name }}")
    plan, act_id = planned(home, store, "mine", keys.values()), new_act()
    letters.log(store, plan.letters, actor=KIM, act_id=act_id)
    act(store, keys["B"], actor=LEE, version=2, to="declined", reason="no")
    found = logged(store, home, act_id)
    assert len(found.letters) == 1 and [one.why for one in found.left] == ["closed: declined"]
    path.write_text(path.read_text().replace("Dear", "Hello"))
    found = logged(store, home, act_id)
    assert not found.letters and any(
        "was changed since the letter was logged" in one.why for one in found.left
    )
    path.unlink()
    assert len(logged(store, home, act_id).left) == 2


def test_a_viewer_writes_to_nobody(home, store):
    [key] = fill(store, [{"patient_id": "A"}]).values()
    knows(store, "A", **ANN)
    plan = planned(home, store, "recall-letter", [key])
    with pytest.raises(UsageError, match="Viewers cannot make changes"):
        letters.log(store, plan.letters, actor=Actor("vic", "viewer"), act_id=new_act())
    assert not worklist.events(store, key)
