"The funnel is that of plain Python, on both databases; whose site a reader does not see does not count"

from collections import Counter
from datetime import date, timedelta
from random import Random
from statistics import median_low

import pytest
from sqlalchemy import insert

from pipeline import worklist
from pipeline.worklist.funnel import STAGES, Chosen, funnel, groups
from pipeline.worklist.tables import contact, episode
from tests.stores import TODAY, fill

SITES, SEXES, ETHNICITIES = ("North", "South", ""), ("female", "male"), ("A", "B", "C")


def person(dice, place):
    first = date(2025, 12, 1) + timedelta(days=dice.randrange(62))
    days = [dice.choice((None, dice.randrange(1, 40))) for _ in STAGES[1:]]
    on = [None if day is None else first + timedelta(days=day) for day in days]
    back = [day for day in days[:2] if day is not None]
    return {
        "id": place, "site": dice.choice(SITES), "sex": dice.choice(SEXES), "age_band": "40 to 64", "priority": dice.randrange(1, 5),
        "identified_on": first, **dict(zip((f"{stage}_on" for stage in STAGES[1:]), on, strict=True)),
        "days_to_return": min(back, default=None), "days_to_treatment": days[2],
    }  # fmt: skip


@pytest.fixture
def people(store):
    dice = Random(4)
    rows = [person(dice, place) for place in range(400)]
    fill(store, [{"patient_id": f"P{row['id']}", "site": row["site"]} for row in rows])
    with store.writing() as con:
        ids = {
            f"P{row['id']}": worklist.item_of_patient(store, f"P{row['id']}")["id"] for row in rows
        }
        con.execute(insert(episode), [row | {"item_id": ids[f"P{row['id']}"]} for row in rows])
        for row in rows:
            row["ethnicity"] = "D" if row["id"] < 3 else dice.choice(ETHNICITIES)
        con.execute(insert(contact), [
            {"patient_id": f"P{row['id']}", "source": "x", "known_at": 1, "ethnicity": row["ethnicity"], "ethnicity_at": 1} for row in rows
        ])  # fmt: skip
    return rows


def counted(rows):
    found = Counter(
        {stage: sum(row[f"{stage}_on"] is not None for row in rows) for stage in STAGES}
    )
    for days in (15, 30):
        due = [row for row in rows if (TODAY - row["identified_on"]).days >= days]
        found[f"due_{days}"] = len(due)
        back = [row["days_to_return"] for row in due]
        found[f"returned_{days}"] = sum(day is not None and day <= days for day in back)
    return found


@pytest.mark.parametrize(
    "chosen", [{}, {"site": "North"}, {"site": "", "sex": "male"}, {"ethnicity": "B"}]
)
def test_the_counts_are_those_of_plain_python_where_they_are_shown(store, people, chosen):
    mine = [row for row in people if all(row[name] == value for name, value in chosen.items())]
    found = funnel(store, Chosen(**chosen), as_of=TODAY)
    tables = [
        (found.total, mine),
        *((found.months[name], [row for row in mine if str(row["identified_on"])[:7] == name]) for name in found.months),
        *((found.priorities[name], [row for row in mine if row["priority"] == name]) for name in found.priorities),
    ]  # fmt: skip
    shown = 0
    for cells, rows in tables:
        for name, number in counted(rows).items():
            assert cells[name] in (number, None)
            shown += cells[name] is not None
    assert shown > 25
    for priority, percentiles in found.days.items():
        days = sorted(
            row["days_to_treatment"]
            for row in mine
            if row["priority"] == priority and row["treated_on"]
        )
        assert percentiles == (median_low(days), days[-(-9 * len(days) // 10) - 1])


def test_a_reader_counts_the_patients_of_their_sites_alone(store, people):
    of_north = store.seen_by(worklist.Actor("kim", "viewer", ("North",)))
    mine = [row for row in people if row["site"] == "North"]
    assert funnel(of_north, Chosen(), as_of=TODAY).total["identified"] == len(mine)
    assert funnel(of_north, Chosen(site="South"), as_of=TODAY).total["identified"] == 0
    assert groups(of_north)["site"] == ["North"]


def test_an_ethnicity_of_few_cannot_be_chosen(store, people):
    assert groups(store)["ethnicity"] == ["A", "B", "C"]


@pytest.mark.parametrize("unknown", [0, 40])
def test_what_one_ethnicity_hides_does_not_follow_from_all_and_the_others(store, unknown):
    "A has 3, B 20, C 27: whoever subtracts B and C from all would know A"
    sizes = {"A": 3, "B": 20, "C": 27, None: unknown}
    people = [name for name, number in sizes.items() for _ in range(number)]
    fill(store, [{"patient_id": f"P{place}"} for place in range(len(people))])
    with store.writing() as con:
        con.execute(insert(episode), [
            {"id": place, "item_id": place + 1, "site": "North", "sex": "male", "age_band": "unknown", "priority": 2, "identified_on": TODAY}
            for place in range(len(people))
        ])  # fmt: skip
        con.execute(insert(contact), [
            {"patient_id": f"P{place}", "source": "x", "known_at": 1, "ethnicity": name, "ethnicity_at": 1}
            for place, name in enumerate(people) if name
        ])  # fmt: skip
    shown = {
        name: funnel(store, Chosen(ethnicity=name), as_of=TODAY).total["identified"]
        for name in (None, "B", "C")
    }
    assert shown[None] == len(people)
    told = [shown[name] for name in ("B", "C") if shown[name] is not None]
    assert len(told) < 2 or unknown, "all less B and C would be A"


def test_what_one_site_hides_does_not_follow_from_all_sites_and_the_others(store):
    "North has 3, South 20: whoever subtracts South from all would know North"
    fill(store, [{"patient_id": f"P{place}"} for place in range(23)])
    with store.writing() as con:
        con.execute(insert(episode), [
            {"id": place, "item_id": place + 1, "site": "North" if place < 3 else "South", "sex": "male", "age_band": "unknown", "priority": 2,
             "identified_on": TODAY}
            for place in range(23)
        ])  # fmt: skip
    shown = {
        site: funnel(store, Chosen(site=site), as_of=TODAY).total["identified"]
        for site in (None, "North", "South")
    }
    assert shown == {None: 23, "North": None, "South": None}
