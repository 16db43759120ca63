"The worklist as people see it: what is counted is what is listed, for every filter; on both databases"

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import insert

from pipeline import worklist
from pipeline.worklist import SORTS, Filter
from pipeline.worklist.tables import event
from tests.stores import KIM, TODAY, fill

ALERTS, COHORTS = (
    ("FOLATE_BEFORE_B12", "THERAPY_LAPSED", "THERAPY_STOPPED"),
    ("low_b12", "on_therapy"),
)


RUNS = ("20260130T020000Z-ffffff", "20260131T020000Z-0a0a0a", "20260201T020000Z-000000")


def population(store, number=300, seed=7):
    draw = Random(seed)
    rows = []
    for place in range(number):
        status = draw.choice(["open", "open", "open", *worklist.STATUSES])
        rows.append({
            "patient_id": f"{draw.choice('AB')}{place:05}", "status": status, "priority": draw.randint(1, 4),
            "action": draw.choice(["ORDER_MMA", "TREAT_IM_NEURO"]), "assignee": draw.choice([None, "kim", "lee"]),
            "site": draw.choice([None, "North", "South"]), "is_opted_out": draw.random() < 0.1, "b12_value": draw.choice([None, 100.0, 250.0]),
            "safety": f"|{'|'.join(one for one in ALERTS if draw.random() < 0.3)}|",
            "cohorts": f"|{'|'.join(one for one in COHORTS if draw.random() < 0.5)}|",
            "waiting_since": draw.choice([None, TODAY - timedelta(days=draw.randint(0, 900))]),
            "opened_on": TODAY - timedelta(days=9), "changed_on": TODAY - timedelta(days=draw.randint(0, 9)),
            **({"opened_on": TODAY - timedelta(days=draw.randint(0, 1)), "changed_on": TODAY} if draw.random() < 0.3 else {}),
            "changed_because": draw.choice([None, "new evidence", "protocol changed: a 1 → b 1", "protocol changed: a 1 → b 1"]),
            "status_on": draw.choice([TODAY - timedelta(days=draw.randint(0, 9)), TODAY]),
            "severity": draw.randint(0, 60_000_000),
            "snoozed_until": TODAY + timedelta(days=30) if status == "snoozed" else None,
        })  # fmt: skip
    fill(store, rows)
    found = worklist.find_patients(store, "", today=TODAY, limit=number)
    kinds = ("opened", "reopened", "reopened", "reopened", "assigned", "snooze_ended")
    for row in found:
        row["event"] = {
            "item_id": row["id"], "at": datetime.now(UTC), "who": "night", "kind": draw.choice(kinds),
            "from_status": draw.choice(["done", "snoozed", "contacted", "resolved"]), "to_status": "open",
            "detail": draw.choice(["new evidence", "protocol changed: a 1 → b 1"]), "run_id": draw.choice([None, *RUNS]),
        }  # fmt: skip
    with store.writing() as con:
        con.execute(insert(event), [row["event"] for row in found])
    return found


def fits(row, chosen):
    "What a Filter means, in plain Python"
    asked = asdict(chosen)
    return (
        (row["status"] in chosen.status if chosen.status else row["status"] in worklist.ACTIVE)
        and all(not asked[name] or row[name] in asked[name] for name in ("priority", "action"))
        and all(
            not asked[name] or (row[name] or "") in asked[name] for name in ("site", "assignee")
        )
        and (not chosen.alert or set(chosen.alert) & set(row["safety"]))
        and (not chosen.cohort or set(chosen.cohort) & set(row["cohorts"]))
        and (not chosen.waiting or row["waiting_days"] >= chosen.waiting)
        and (not chosen.new_since or row["opened_on"] >= chosen.new_since)
        and (
            not chosen.changed_since or row["changed_on"] >= chosen.changed_since > row["opened_on"]
        )
        and (not chosen.protocol_since or is_by_protocol(row, chosen.protocol_since))
        and (not chosen.reopened_by or is_reopened(row, chosen.reopened_by))
        and row["patient_id"].startswith(chosen.patient or "")
    )


def is_by_protocol(row, since):
    return row["changed_on"] >= since and (row["changed_because"] or "")[:17] == "protocol changed:"


def is_reopened(row, run_id):
    told = row["event"]
    return (
        (told["kind"], told["detail"][:17]) == ("reopened", "protocol changed:")
        and told["from_status"] != "resolved"
        and (told["run_id"] or "") >= run_id
        and row["status"] in ("open", "assigned")
    )


def some_filter(draw):
    def some(*values):
        return tuple(draw.sample(values, draw.choice([0, 0, 1, 2]) if len(values) > 1 else 1))

    return Filter(
        priority=some(1, 2, 3, 4), action=some("ORDER_MMA", "TREAT_IM_NEURO"), alert=some(*ALERTS), cohort=some(*COHORTS),
        site=some("", "North", "South"), assignee=some("", "kim", "lee"), status=some(*worklist.STATUSES[:-1]),
        waiting=draw.choice([None, 30, 365]), new_since=draw.choice([None, None, TODAY - timedelta(days=2)]),
        changed_since=draw.choice([None, None, TODAY - timedelta(days=4)]), patient=draw.choice([None, "A", "B0001", "%"]),
        protocol_since=draw.choice([None, None, None, TODAY - timedelta(days=6)]),
        reopened_by=draw.choice([None, None, None, RUNS[1]]),
    )  # fmt: skip


def test_what_another_protocol_changed_and_opened_again(store):
    rows, since = population(store), TODAY - timedelta(days=6)
    for chosen in (Filter(protocol_since=since), Filter(reopened_by=RUNS[1])):
        wanted = {row["patient_id"] for row in rows if fits(row, chosen)}
        page = worklist.page(store, chosen, today=TODAY, size=500)
        assert wanted and {row["patient_id"] for row in page.rows} == wanted


def test_a_filter_lists_what_it_means_and_counts_what_it_lists(store):
    rows, draw = population(store), Random(1)
    for _ in range(60):
        chosen = some_filter(draw)
        wanted = {row["patient_id"] for row in rows if fits(row, chosen)}
        pages = [
            worklist.page(store, chosen, today=TODAY, number=number, size=40)
            for number in range(1, 1 + max(1, -(-len(wanted) // 40)))
        ]
        found = [row["patient_id"] for one in pages for row in one.rows]
        assert len(found) == len(set(found)) == pages[0].total
        assert set(found) == wanted, chosen
        assert {row["patient_id"] for row in worklist.listed(store, chosen, today=TODAY)} == wanted
        for name, counted in pages[0].counts.items():
            for value, number in counted.items():
                assert (
                    worklist.page(
                        store, Filter(**{**vars(chosen), name: (value,)}), today=TODAY
                    ).total
                    == number
                ), (name, value)


def test_a_reader_of_some_sites_is_answered_from_their_patients_alone(store):
    "Whatever is asked: as if the others were not there"
    rows, draw = population(store), Random(2)
    for number in range(40):
        sites = (
            None
            if number % 8 == 0
            else tuple(draw.sample(["", "North", "South", "West"], draw.randint(1, 3)))
        )
        actor = worklist.Actor("kim", draw.choice(["viewer", "coordinator", "steward"]), sites)
        mine, chosen = store.seen_by(actor), some_filter(draw)
        seen = [row for row in rows if is_seen(row, actor)]
        wanted = {row["patient_id"] for row in seen if fits(row, chosen)}
        page = worklist.page(mine, chosen, today=TODAY, size=500)
        assert {row["patient_id"] for row in page.rows} == wanted and page.total == len(wanted)
        assert {row["patient_id"] for row in worklist.listed(mine, chosen, today=TODAY)} == wanted
        if not (chosen.priority or chosen.status):
            assert sum(page.counts["priority"].values()) == len(wanted)
        found = worklist.find_patients(mine, "A", today=TODAY, limit=500)
        begins = {row["patient_id"] for row in seen if row["patient_id"].startswith("A")}
        assert {row["patient_id"] for row in found} == begins
        assert set(worklist.items_of_patients(mine, [row["patient_id"] for row in rows])) == {
            row["patient_id"] for row in seen
        }
        offered = worklist.choices(mine)
        assert set(offered["site"]) == {row["site"] for row in seen if row["site"]}
        assert set(offered["assignee"]) == {row["assignee"] for row in seen if row["assignee"]}
        for row in rows[:30]:
            assert bool(worklist.item(mine, row["key"])) == is_seen(row, actor)
            assert (worklist.why_hidden(mine, row["key"]) is None) == is_seen(row, actor)


def is_seen(row, actor):
    "What need to know means, in plain Python"
    is_of_site = actor.sites is None or (row["site"] or "") in actor.sites
    return is_of_site and (actor.role == "steward" or not row["is_opted_out"])


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("descending", [False, True])
def test_each_order_goes_on_over_the_pages(store, sort, descending):
    population(store, 90)
    sizes = [
        worklist.page(
            store, Filter(), today=TODAY, sort=sort, descending=descending, number=number, size=7
        ).rows
        for number in range(1, 15)
    ]
    whole = worklist.page(store, Filter(), today=TODAY, sort=sort, descending=descending, size=500)
    assert whole.pages == 1 and whole.last == whole.total
    paged = [row["key"] for rows in sizes for row in rows][: whole.total]
    assert paged == [row["key"] for row in whole.rows]


@pytest.mark.parametrize(
    ("sort", "then"), [("priority", "severity"), ("priority_waiting", "waits_from")]
)
def test_most_urgent_first_then_most_severe_or_waiting_longest(store, sort, then):
    population(store)
    rows = worklist.page(store, Filter(), today=TODAY, sort=sort, size=500).rows
    order = [(row["priority"], row[then]) for row in rows]
    assert order == sorted(order) and len(set(order)) > 50


@pytest.mark.parametrize(
    "chosen",
    [
        Filter(alert=("%",)),
        Filter(cohort=("low_b1_",)),
        Filter(patient="_0"),
        Filter(action=("' or 1 = 1 --",)),
    ],
)
def test_a_sign_that_means_more_to_a_database_means_itself(store, chosen):
    population(store, 60)
    assert worklist.page(store, chosen, today=TODAY).total == 0


def test_a_b12_that_is_not_known_comes_last_from_either_end(store):
    population(store)
    for descending in (False, True):
        found = [
            row["b12_value"]
            for row in worklist.page(
                store, Filter(), today=TODAY, sort="b12", descending=descending, size=500
            ).rows
        ]
        assert found == sorted(
            found,
            key=lambda value: (value is None, (-value if descending else value) if value else 0),
        )


def test_a_page_past_the_end_is_the_last_one_and_an_empty_list_has_one_page(store):
    assert (
        worklist.page(store, Filter(), today=TODAY, number=9).number,
        worklist.page(store, Filter(), today=TODAY).total,
    ) == (1, 0)
    population(store, 30)
    last = worklist.page(store, Filter(), today=TODAY, number=99, size=10)
    assert last.number == last.pages and last.rows and last.last == last.total


def test_a_snooze_ends_by_itself_when_somebody_looks(store):
    key = fill(store, [{"assignee": "kim"}])["P00000"]
    worklist.act(
        store, key, actor=KIM, version=1, to="snoozed", until=TODAY + timedelta(days=2), today=TODAY
    )
    assert worklist.page(store, Filter(), today=TODAY + timedelta(days=1)).total == 0
    [row] = worklist.page(store, Filter(), today=TODAY + timedelta(days=2)).rows
    assert (row["status"], row["snoozed_until"], row["version"]) == ("assigned", None, 3)
    assert [one["kind"] for one in worklist.events(store, key)] == ["snooze_ended", "status"]


def test_the_choices_are_the_values_in_use(store):
    population(store)
    found = worklist.choices(store)
    assert found == {
        "action": ["ORDER_MMA", "TREAT_IM_NEURO"], "site": ["North", "South"], "assignee": ["kim", "lee"],
        "alert": list(ALERTS), "cohort": list(COHORTS),
    }  # fmt: skip
