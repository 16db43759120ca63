"""Outcomes by SQL are those of plain Python, which goes through what happened event by event."""

from datetime import date, timedelta
from random import Random

import pytest

from pipeline.worklist.statuses import ACTIVE, SET_BY_PEOPLE
from tests.clinic import insert, select
from tests.episodes import built, episodes, happened

OPEN = (*ACTIVE, "snoozed")
ACTED = ("contacted", "ordered", "referred")
START = date(2026, 1, 1)
ITEMS = range(1, 13)
TOLD = (
    "item_id", "identified_on", "contacted_on", "tested_on", "treated_on", "normalised_on", "closed_on",
)  # fmt: skip


def story(dice):
    "(events, merged: item -> item): two months of runs and users; every third act is undone"
    events, status = [], dict.fromkeys(ITEMS)
    merged = {1: 2, 3: 2} if dice.random() < 0.7 else {}
    for place in range(220):
        day = START + timedelta(days=place // 4)
        item = dice.choice(ITEMS)
        told = {"item_id": item, "told_at": f"{day} 09:00", "from_status": status[item], "version": 3 * place, "act": f"a{place}"}  # fmt: skip
        if status[item] not in SET_BY_PEOPLE:
            told |= {"kind": "opened" if status[item] is None else "reopened", "to_status": "open"}
        elif dice.random() < 0.25:
            told |= {"kind": "x", "to_status": dice.choice(("resolved", "withdrawn", "excluded"))}
        elif dice.random() < 0.3:
            told |= {"kind": "attempt", "to_status": status[item], "outcome": dice.choice(("reached", "no_answer", "sent"))}  # fmt: skip
        else:
            told |= {"kind": "status", "to_status": dice.choice(SET_BY_PEOPLE)}
        events.append(told)
        if told["kind"] in ("attempt", "status") and dice.random() < 0.35:
            back = {"kind": "undone", "from_status": told["to_status"], "to_status": status[item]}
            events.append(told | back | {"act": f"b{place}", "version": 3 * place + 1})
            events[-2]["is_undone"] = True
        else:
            status[item] = told["to_status"]
    return events, merged


def results(dice):
    return [
        {"patient_id": f"p{item}", "kind": kind, "happened_on": START + timedelta(days=day), "is_normal": dice.random() < 0.5 if kind == "test" else None}
        for item in ITEMS
        for kind, days in (("test", dice.sample(range(-5, 60), 6)), ("treatment", dice.sample(range(-5, 60), 2)))
        for day in days
    ]  # fmt: skip


def begun(events, merged):
    "The episodes of each patient, each with the days that events tell of it"
    own, standing = {}, {}
    for told in events:
        if told["kind"] == "undone" or told.get("is_undone"):
            continue
        item, day = told["item_id"], date.fromisoformat(told["told_at"][:10])
        person = merged.get(item, item)
        mine = own.setdefault(person, [])
        was, now = standing.get(item), told["to_status"]
        standing[item] = now
        others = any(
            standing.get(one) in OPEN
            for one in ITEMS
            if one != item and merged.get(one, one) == person
        )
        if now in OPEN and was not in OPEN and not others:
            if mine and mine[-1]["closed_on"] == day:
                mine[-1]["closed_on"] = None
            else:
                mine.append(
                    {
                        "item_id": person,
                        "identified_on": day,
                        "contacted_on": None,
                        "closed_on": None,
                    }
                )
        if is_contact(told, was) and mine:
            mine[-1]["contacted_on"] = mine[-1]["contacted_on"] or day
        if was in OPEN and now not in OPEN and not others:
            mine[-1]["closed_on"] = day
    return own


def is_contact(told, was):
    is_reached = told["kind"] == "attempt" and told["outcome"] in ("reached", "sent")
    return is_reached or (
        told["kind"] == "status" and told["to_status"] in ACTED and told["to_status"] != was
    )


def with_results(own, rows):
    for mine in own.values():
        for each, later in zip(mine, [*mine[1:], None], strict=True):
            first, last = each["identified_on"], later["identified_on"] if later else date.max
            theirs = sorted(
                (row["happened_on"], row["kind"], row["is_normal"])
                for row in rows
                if row["patient_id"] == f"p{each['item_id']}"
                and first <= row["happened_on"] <= last
            )
            tested = [day for day, kind, _ in theirs if kind == "test" and day > first]
            treated = [day for day, kind, _ in theirs if kind == "treatment"]
            normal = [
                day for day, _, is_normal in theirs if is_normal and treated and day > treated[0]
            ]
            for name, days in (
                ("tested_on", tested),
                ("treated_on", treated),
                ("normalised_on", normal),
            ):
                each[name] = days[0] if days else None
    return [each for mine in own.values() for each in mine]


@pytest.mark.parametrize("seed", range(8))
def test_sql_tells_what_plain_python_tells(seed):
    dice, con = Random(seed), episodes()
    events, merged = story(dice)
    rows = results(dice)
    insert(con, "worklist.person", [
        {"id": item, "patient_id": f"p{item}", "merged_into": merged.get(item), "is_opted_out": False} for item in ITEMS
    ])  # fmt: skip
    happened(con, [{name: cell for name, cell in row.items() if name != "is_undone"} for row in events])  # fmt: skip
    insert(con, "worklist.follow_up", rows)
    found = select(built(con), "worklist.outcome", ", ".join(TOLD))
    wanted = [
        {name: each[name] for name in TOLD} for each in with_results(begun(events, merged), rows)
    ]

    def in_order(rows):
        return sorted(rows, key=lambda row: (row["item_id"], row["identified_on"]))

    assert in_order(found) == in_order(wanted)
    assert len(wanted) > len(ITEMS) and any(each["normalised_on"] for each in wanted)
