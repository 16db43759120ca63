"What people do to items: the lifecycle, optimistic locking, the audit trail; on both databases"

from datetime import timedelta

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from pipeline import worklist
from pipeline.core.errors import UsageError
from pipeline.worklist import actions
from pipeline.worklist.store import Conflict
from pipeline.worklist.tables import event
from tests.stores import KIM, LEE, TODAY, VIEWER, fill

NOT_LISTED = ("resolved", "withdrawn", "excluded", "merged", "off_list")


def acts(store, key, actor=KIM, version=1, **what):
    return worklist.act(store, key, actor=actor, version=version, today=TODAY, **what)


@pytest.mark.parametrize(("to", "more", "is_active"), [
    ("contacted", {}, True), ("ordered", {}, True), ("referred", {}, True), ("unreachable", {}, True), ("done", {}, False),
    ("declined", {"reason": "moves away"}, False), ("not_appropriate", {"reason": "palliative"}, False),
    ("snoozed", {"until": TODAY + timedelta(days=7)}, False),
])  # fmt: skip
def test_every_status_that_people_set(store, to, more, is_active):
    key = fill(store, [{"priority": 2}])["P00000"]
    row = acts(store, key, to=to, **more)
    assert (row["status"], row["is_active"], row["version"], row["status_on"]) == (
        to,
        is_active,
        2,
        TODAY,
    )
    assert (row["status_reason"], row["snoozed_until"]) == (more.get("reason"), more.get("until"))
    [told] = worklist.events(store, key)
    assert (told["who"], told["kind"], told["from_status"], told["to_status"], told["run_id"]) == (
        "kim",
        "status",
        "open",
        to,
        None,
    )
    assert worklist.page(store, worklist.Filter(), today=TODAY).total == is_active
    back = acts(store, key, version=2, to="open")
    assert (back["status"], back["status_reason"], back["snoozed_until"]) == ("open", None, None)


@pytest.mark.parametrize(("what", "says"), [
    ({"to": "declined"}, "Enter a reason"), ({"to": "not_appropriate", "reason": " "}, "Enter a reason"),
    ({"to": "snoozed"}, "from tomorrow"), ({"to": "snoozed", "until": TODAY}, "from tomorrow"),
    ({"to": "snoozed", "until": TODAY + timedelta(days=400)}, "one year ahead"), ({"to": "resolved"}, "cannot be set by hand"),
    ({"to": "off_list"}, "cannot be set by hand"), ({"to": "assigned"}, "Choose an assignee"), ({}, "Nothing to save"),
    ({"to": "open"}, "Nothing to save"),
])  # fmt: skip
def test_what_the_lifecycle_does_not_allow_changes_nothing(store, what, says):
    key = fill(store, [{}])["P00000"]
    with pytest.raises(UsageError, match=says):
        acts(store, key, **what)
    assert worklist.item(store, key)["version"] == 1
    assert worklist.events(store, key) == []


def test_a_snooze_is_extended_and_a_reason_corrected(store):
    key = fill(store, [{}])["P00000"]
    acts(store, key, to="snoozed", until=TODAY + timedelta(days=7))
    assert acts(store, key, version=2, to="snoozed", until=TODAY + timedelta(days=9))[
        "snoozed_until"
    ] == TODAY + timedelta(days=9)
    acts(store, key, version=3, to="declined", reason="does not wnat it")
    assert (
        acts(store, key, version=4, to="declined", reason="does not want it")["status_reason"]
        == "does not want it"
    )
    with pytest.raises(UsageError, match="Nothing to save"):
        acts(store, key, version=5, to="declined", reason="does not want it")
    assert len(worklist.events(store, key)) == 4


@pytest.mark.parametrize("status", NOT_LISTED)
def test_a_patient_whom_the_data_took_off_the_list_takes_comments_alone(store, status):
    key = fill(store, [{"status": status}])["P00000"]
    for what in ({"to": "done"}, {"assignee": "kim"}):
        with pytest.raises(UsageError, match="not on the worklist now"):
            acts(store, key, **what)
    assert acts(store, key, comment="called anyway")["status"] == status


def test_assigning_and_letting_go(store):
    key = fill(store, [{}])["P00000"]
    assert acts(store, key, assignee="lee")["status"] == "assigned"
    assert acts(store, key, version=2, to="contacted")["assignee"] == "lee"
    row = acts(store, key, version=3, assignee=None)
    assert (row["status"], row["assignee"]) == ("contacted", None)
    row = acts(store, key, version=4, assignee="kim", to="ordered", comment="MMA at the next visit")
    assert (row["status"], row["assignee"]) == ("ordered", "kim")
    kinds = [
        (one["kind"], one["from_status"], one["to_status"], one["detail"])
        for one in reversed(worklist.events(store, key))
    ]
    assert kinds == [
        ("assigned", "open", "assigned", "not assigned → lee"), ("status", "assigned", "contacted", None),
        ("assigned", "contacted", "contacted", "lee → not assigned"), ("assigned", "contacted", "ordered", "not assigned → kim"),
        ("status", "contacted", "ordered", None), ("comment", "contacted", "ordered", "MMA at the next visit"),
    ]  # fmt: skip


def test_a_change_that_the_reader_has_not_seen_is_not_overwritten(store):
    key = fill(store, [{}])["P00000"]
    acts(store, key, actor=LEE, to="declined", reason="does not want it")
    with pytest.raises(worklist.StaleItem) as stale:
        acts(store, key, to="ordered")
    assert (stale.value.row["status"], stale.value.last["who"], stale.value.last["detail"]) == (
        "declined",
        "lee",
        "does not want it",
    )
    assert worklist.item(store, key)["status"] == "declined"
    assert len(worklist.events(store, key)) == 1


def test_of_two_who_save_at_the_same_moment_one_is_told(store, monkeypatch):
    "The other saves after this one's page was found to be up to date"
    key, planned = fill(store, [{}])["P00000"], actions._planned

    def slowly(*given, **more):
        monkeypatch.undo()
        acts(store, key, actor=LEE, to="declined", reason="does not want it")
        return planned(*given, **more)

    monkeypatch.setattr(actions, "_planned", slowly)
    with pytest.raises(worklist.StaleItem) as stale:
        acts(store, key, to="ordered")
    assert (stale.value.row["status"], stale.value.last["who"]) == ("declined", "lee")
    assert [one["who"] for one in worklist.events(store, key)] == ["lee"]


def test_a_viewer_changes_nothing(store):
    key = fill(store, [{}])["P00000"]
    for attempt in (
        lambda: acts(store, key, actor=VIEWER, to="done"), lambda: worklist.act_on_many(store, {key: 1}, actor=VIEWER, assignee="vic"),
        lambda: worklist.undo(store, "x", actor=VIEWER),
        lambda: worklist.note_headache_unrelated(store, key, actor=VIEWER, noted_on=TODAY),
    ):  # fmt: skip
        with pytest.raises(UsageError, match="Viewers cannot"):
            attempt()
    assert worklist.item(store, key)["version"] == 1


def test_many_are_assigned_at_once_and_those_left_alone_are_named(store):
    keys = list(
        fill(
            store, [{}, {}, {}, {"status": "resolved"}, {"assignee": "kim", "status": "assigned"}]
        ).values()
    )
    acts(store, keys[1], actor=LEE, to="contacted")
    found = worklist.act_on_many(
        store, dict.fromkeys(keys, 1), actor=KIM, assignee="kim", today=TODAY
    )
    assert (found.done, found.left) == (3, (keys[1], keys[3]))
    assert found.why == {keys[1]: "other", keys[3]: "refused"}
    assert [worklist.item(store, key)["assignee"] for key in keys] == [
        "kim",
        None,
        "kim",
        None,
        "kim",
    ]
    assert [len(worklist.events(store, key)) for key in keys] == [1, 1, 1, 0, 0]


def held(store, keys):
    "Everything that an act may change of items"
    names = (
        "status", "is_active", "status_on", "status_reason", "assignee", "snoozed_until",
        "failed_attempts", "next_attempt_on",
    )  # fmt: skip
    rows = [worklist.item(store, key, today=TODAY) for key in keys]
    return [tuple(row[name] for name in names) for row in rows]


LATER = TODAY + timedelta(days=3)
ACTS = [
    {"to": "snoozed", "until": LATER}, {"to": "declined", "reason": "moves away"}, {"assignee": "lee"},
    {"to": "contacted", "comment": "rang"}, {"to": "done", "reason": "treated elsewhere"},
    {"attempt": worklist.Attempt("phone", "no_answer", LATER)}, {"attempt": worklist.Attempt("letter", "sent")},
    {"attempt": worklist.Attempt("phone", "reached"), "to": "ordered", "assignee": "kim"},
]  # fmt: skip


@pytest.mark.parametrize("what", ACTS)
def test_whatever_was_done_to_many_at_once_can_be_undone_at_once(store, what):
    keys = list(
        fill(
            store,
            [
                {},
                {"assignee": "lee", "status": "assigned"},
                {"status": "contacted", "assignee": "kim"},
                {"status": "snoozed", "snoozed_until": TODAY + timedelta(days=9)},
            ],
        ).values()
    )
    before = held(store, keys)
    found = worklist.act_on_many(store, dict.fromkeys(keys, 1), actor=KIM, today=TODAY, **what)
    assert held(store, keys) != before and found.done >= 3
    undone = worklist.undo(store, found.act_id, actor=KIM)
    assert held(store, keys) == before and not undone.left
    assert worklist.events(store, keys[0])[0]["kind"] == "undone"
    again = worklist.undo(store, found.act_id, actor=KIM)
    assert again.done == 0 and held(store, keys) == before, "once is enough"


def test_what_others_did_since_stays_and_only_ones_own_is_undone(store):
    keys = list(fill(store, [{}, {}]).values())
    found = worklist.act_on_many(
        store, dict.fromkeys(keys, 1), actor=KIM, today=TODAY, to="contacted"
    )
    acts(store, keys[1], actor=LEE, version=2, to="ordered")
    with pytest.raises(UsageError, match="nothing to undo"):
        worklist.undo(store, found.act_id, actor=LEE)
    undone = worklist.undo(store, found.act_id, actor=KIM)
    assert (undone.done, undone.left) == (1, (keys[1],))
    assert [row[0] for row in held(store, keys)] == ["open", "ordered"]


def test_attempts_are_counted_until_the_patient_is_reached(store):
    key = fill(store, [{"priority": 2}])["P00000"]
    for version in (1, 2, 3):
        attempt = worklist.Attempt("phone", "no_answer", LATER)
        row = acts(store, key, version=version, attempt=attempt)
        assert (row["failed_attempts"], row["status"], row["next_attempt_on"]) == (
            version,
            "open",
            LATER,
        )
    due = worklist.Filter(attempt_due=LATER)
    assert worklist.page(store, due, today=TODAY).total == 1
    assert worklist.page(store, worklist.Filter(attempt_due=TODAY), today=TODAY).total == 0
    row = acts(store, key, version=4, attempt=worklist.Attempt("phone", "booked"), comment="Friday")
    assert (row["failed_attempts"], row["status"], row["next_attempt_on"]) == (0, "contacted", None)
    told = worklist.events(store, key)
    assert [(one["kind"], one["outcome"]) for one in told[:3]] == [
        ("comment", None), ("status", None), ("attempt", "booked"),
    ]  # fmt: skip


def test_a_letter_says_nothing_of_whether_the_patient_was_reached(store):
    "It neither counts as a failure nor as a success"
    key = fill(store, [{"priority": 2}])["P00000"]
    for version, outcome in enumerate(("no_answer", "message_left", "sent", "returned"), start=1):
        row = acts(store, key, version=version, attempt=worklist.Attempt("letter", outcome))
    assert row["failed_attempts"] == worklist.TRIES


def test_a_letter_leaves_the_next_attempt_as_it_was_planned(store):
    "And a patient who cannot be reached stays so until they answer"
    key, day = fill(store, [{"priority": 2}])["P00000"], TODAY + timedelta(days=2)
    sent = worklist.Attempt("sms", "sent")
    acts(store, key, version=1, attempt=worklist.Attempt("phone", "no_answer", day))
    row = acts(store, key, version=2, attempt=sent)
    assert (row["next_attempt_on"], row["status"]) == (day, "contacted")
    acts(store, key, version=3, to="unreachable")
    assert acts(store, key, version=4, attempt=sent)["status"] == "unreachable"
    row = acts(store, key, version=5, attempt=worklist.Attempt("phone", "reached"))
    assert (row["next_attempt_on"], row["status"]) == (None, "contacted")


@pytest.mark.parametrize(
    ("attempt", "says"),
    [
        (("smoke", "reached", None), "Choose how"), (("phone", "won", None), "Choose how"),
        (("phone", "no_answer", TODAY - timedelta(days=1)), "from today"),
        (("phone", "no_answer", TODAY + timedelta(days=400)), "one year ahead"),
    ],
)  # fmt: skip
def test_an_attempt_that_is_not_possible_is_not_logged(store, attempt, says):
    key = fill(store, [{}])["P00000"]
    with pytest.raises(UsageError, match=says):
        acts(store, key, attempt=worklist.Attempt(*attempt))
    assert not worklist.events(store, key)


def test_an_urgent_patient_is_not_closed_without_a_reason(store):
    keys = list(fill(store, [{"priority": 1}, {"priority": 2}]).values())
    with pytest.raises(UsageError, match="urgent"):
        acts(store, keys[0], to="done", reason=" ")
    found = worklist.act_on_many(store, dict.fromkeys(keys, 1), actor=KIM, today=TODAY, to="done")
    assert (found.done, found.left, found.why) == (1, (keys[0],), {keys[0]: "refused"})
    with pytest.raises(UsageError, match="urgent"):
        worklist.act_on_many(store, {keys[0]: 1}, actor=KIM, today=TODAY, to="done")
    assert acts(store, keys[0], to="done", reason="treated elsewhere")["status"] == "done"


def test_the_audit_trail_is_never_rewritten(store):
    key = fill(store, [{}])["P00000"]
    acts(store, key, to="contacted")
    for statement in (
        update(event).values(who="nobody"),
        delete(event),
        text("update event set detail = 'x'"),
    ):
        with pytest.raises((DBAPIError, Conflict)), store.writing() as con:
            con.execute(statement)
    assert [one["who"] for one in worklist.events(store, key)] == ["kim"]


def test_hostile_text_is_only_text(store):
    key = fill(store, [{"patient_id": "'); drop table item; --"}])["'); drop table item; --"]
    acts(store, key, to="declined", reason="'; delete from event; --", comment="<script>%s{x}:y")
    assert worklist.find_patients(store, "'); drop") and not worklist.find_patients(store, "%")
    assert {one["detail"] for one in worklist.events(store, key)} == {
        "'; delete from event; --",
        "<script>%s{x}:y",
    }
