"""Fifteen nights: a population whose data come, go and are corrected, and people who work on its list; on both databases at once.

The rules of the lifecycle are held against plain Python that reads nothing but what each run published.
"""

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from random import Random

import pyarrow as pa
import pytest
from pyarrow import parquet
from sqlalchemy import select, update

from pipeline import run as walk
from pipeline import worklist
from pipeline.core.config import Home
from pipeline.protocol import first_action, load
from pipeline.screening.notes import ingest_notes
from pipeline.worklist import tables
from tests import stores
from tests.command import assessments, b12, deliver
from tests.homes import LOW

FIRST = date(2026, 1, 1)
NIGHTS = 15
PATIENTS = [f"S{place:03}" for place in range(60)]
PUT_ASIDE = ("declined", "done", "not_appropriate", "snoozed")
BY_THE_NIGHT = ("resolved", "withdrawn", "excluded", "merged")
REASON = ("priority", "rule", "next_step", "b12", "b12_reported", "b12_on", "active_b12", "mma", "mma_reported", "mma_on", "homocysteine_value", "neuro",
          "neuro_on", "malabsorption", "monitoring")  # fmt: skip


class Hospital:
    "Sends every night a few things that happen to patients; keeps what it sent, to correct or take it back"

    def __init__(self, seed):
        self.draw, self.sent, self.merged, self.number = Random(seed), [], {}, 0

    def first_night(self):
        self.patients = {
            one: {
                "patient_id": one,
                "birth_date": "1950-01-01",
                "site": self.draw.choice(["North", "South", ""]),
            }
            for one in PATIENTS
        }
        return {
            "patient": list(self.patients.values()),
            "lab_result": [row for one in PATIENTS[:40] for row in self.b12(one, FIRST)],
            "medication": [self.medicine(one, "metformin", "2025-03-01", 700) for one in PATIENTS[30:50]],
            "condition": [
                *(self.condition(one, "39021009", "SNOMEDCT", "2025-12-20") for one in PATIENTS[:10]),
                *(self.condition(one, "vegan", "LOCAL", "2024-01-01") for one in PATIENTS[50:]),
            ],
        }  # fmt: skip

    def night(self, day):
        files = {"lab_result": [], "medication": [], "patient": []}
        for _ in range(self.draw.randint(2, 7)):
            kind, patient = (
                self.draw.choice(
                    ["b12", "b12", "mma", "correct", "retract", "treat", "die", "merge", "opt_out"]
                ),
                self.draw.choice(PATIENTS),
            )
            getattr(self, f"_{kind}")(files, patient, day)
        return {entity: rows for entity, rows in files.items() if rows}

    def _b12(self, files, patient, day):
        files["lab_result"] += self.b12(patient, day)

    def _mma(self, files, patient, day):
        files["lab_result"].append(
            self.result(patient, day, "13964-2", self.draw.choice(["200", "400"]), "nmol/L")
        )

    def _correct(self, files, patient, day):
        if self.sent:
            row = self.draw.choice(self.sent)
            files["lab_result"].append(
                row
                | {
                    "status": "corrected",
                    "value": self.draw.choice(["120", "260", "500"]),
                    "reported_at": day.isoformat(),
                }
            )

    def _retract(self, files, patient, day):
        if self.sent:
            row = self.sent.pop(self.draw.randrange(len(self.sent)))
            files["lab_result"].append(
                row | {"status": "entered-in-error", "reported_at": day.isoformat()}
            )

    def _treat(self, files, patient, day):
        files["medication"].append(
            self.medicine(patient, "hydroxocobalamin", day.isoformat(), 60) | {"route": "im"}
        )

    def _die(self, files, patient, day):
        self._person(files, patient, deceased_on=day.isoformat(), day=day)

    def _opt_out(self, files, patient, day):
        self._person(files, patient, opted_out=self.draw.choice(["true", "true", "false"]), day=day)

    def _merge(self, files, patient, day):
        other = self.draw.choice(PATIENTS)
        if (
            other != patient
            and patient not in self.merged
            and other not in self.merged
            and patient not in self.merged.values()
        ):
            self.merged[patient] = other
            self._person(files, patient, merged_into=other, day=day)

    def _person(self, files, patient, day, **what):
        self.number += 1
        self.patients[patient] = self.patients[patient] | what
        files["patient"].append(
            self.patients[patient] | {"recorded_at": f"{day}T12:00:{self.number % 60:02}Z"}
        )

    def b12(self, patient, day):
        row = self.result(
            patient,
            day,
            "2132-9",
            self.draw.choice(["110", "165", "190", "230", "290", "320", "420", "600"]),
            "pg/mL",
        )
        self.sent.append(row)
        return [row]

    def result(self, patient, day, code, value, unit):
        self.number += 1
        at = (day - timedelta(days=self.draw.randint(0, 2))).isoformat()
        return {
            "patient_id": patient, "result_id": f"R{self.number}", "code": code, "value": value, "unit": unit, "status": "final",
            "collected_at": at, "reported_at": at,
        }  # fmt: skip

    def medicine(self, patient, name, start_on, days):
        self.number += 1
        return {
            "patient_id": patient,
            "medication_id": f"M{self.number}",
            "code": name,
            "code_system": "NAME",
            "start_on": start_on,
            "days_supply": days,
        }

    def condition(self, patient, code, system, onset_on):
        self.number += 1
        return {
            "patient_id": patient,
            "condition_id": f"C{self.number}",
            "code": code,
            "code_system": system,
            "onset_on": onset_on,
        }


def people_work(both, draw, day):
    "The same person does the same to the same items of each store"
    listed = worklist.page(both[0], worklist.Filter(), today=day, size=500).rows
    for row in draw.sample(listed, min(len(listed), 6)):
        what = draw.choice([
            {"assignee": "kim"}, {"to": "contacted"}, {"to": "ordered", "comment": "MMA"}, {"to": "declined", "reason": "no time"},
            {"to": "done"}, {"to": "not_appropriate", "reason": "known"}, {"to": "snoozed", "until": day + timedelta(days=draw.randint(1, 6))},
            {"to": "unreachable"}, {"to": "referred"},
        ])  # fmt: skip
        for store in both:
            mine = worklist.item_of_patient(store, row["patient_id"])
            if what.get("to") != mine["status"] and what.get("assignee", 0) != mine["assignee"]:
                worklist.act(
                    store, mine["key"], actor=stores.KIM, version=mine["version"], today=day, **what
                )


def state(store):
    columns = (
        "patient_id",
        "status",
        "assignee",
        "snoozed_until",
        "opened_on",
        "waits_from",
        "priority",
        "next_step",
        "action",
        "changed_because",
        "version",
    )
    return {
        row["patient_id"]: tuple(row[name] for name in columns)
        for row in worklist.find_patients(store, "", limit=1000)
    }


def reason(row):
    return tuple(row[name] for name in REASON), tuple(sorted(row["safety"]))


def held(before, now, said_before, said, day):
    "The lifecycle rules, from one night to the next. before, now: items by patient; said_before, said: the assessments"
    listed = {patient for patient, row in said.items() if row["priority"]}
    for patient, item in now.items():
        status, old = item["status"], before.get(patient)
        assert (patient in listed) == (status not in (*BY_THE_NIGHT, "off_list")), (patient, status)
        if status in BY_THE_NIGHT:
            continue
        assert (
            item["priority"] == said[patient]["priority"]
            and item["next_step"] == said[patient]["next_step"]
            and item["action"] == first_action(load(), said[patient])
        )
        if old is None or old["status"] in (*BY_THE_NIGHT, "off_list"):
            assert item["opened_on"] <= day
            continue
        assert item["opened_on"] <= old["opened_on"], "an item stays one item while it is listed"
        is_same = reason(said_before[patient]) == reason(said[patient])
        if is_same and status != old["status"]:
            assert old["status"] == "snoozed" and old["snoozed_until"] <= day
        if (
            not is_same
            and old["status"] in PUT_ASIDE
            and set(said[patient]["safety"]) >= set(said_before[patient]["safety"])
        ):
            assert status in ("open", "assigned") and item["changed_because"], (
                "new evidence opens it again, and says why"
            )
    assert listed <= set(now)


def trail_leads_to(store, row):
    "Every event begins where the one before it ended, and the last one ends where the item is"
    events = [
        one
        for one in reversed(worklist.events(store, row["key"]))
        if one["kind"] != "merged" or one["to_status"] == "merged"
    ]
    status = events[0]["to_status"]
    for one in events[1:]:
        assert one["from_status"] == status or one["kind"] in ("comment",), (one, status)
        status = one["to_status"]
    return status


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
def test_fifteen_nights_hold_the_rules_of_the_lifecycle(tmp_path, postgresql, seed):
    home = Home(tmp_path / "home")
    hospital, people = Hospital(seed), Random(seed + 100)
    both = [stores.opened(home.root), stores.opened(home.root, stores.fresh_database(postgresql))]
    before, said_before, kinds = {}, {}, set()
    for night in range(NIGHTS):
        day = FIRST + timedelta(days=night)
        files = hospital.night(day) if night else hospital.first_night()
        walk.ingest(home, [deliver(tmp_path / f"in{night}", **files)], "canonical")
        walk.screen_population(home, as_of=day)
        for store in both:
            worklist.follow(home, store)
        said = assessments(home.root)
        now = {
            row["patient_id"]: row
            for row in worklist.find_patients(both[0], "", today=day, limit=1000)
        }
        held(before, now, said_before, said, day)
        assert state(both[0]) == state(both[1]), "PostgreSQL says what SQLite says"
        people_work(both, people, day)
        before = {
            row["patient_id"]: row
            for row in worklist.find_patients(both[0], "", today=day, limit=1000)
        }
        said_before = said
    for row in before.values():
        kinds |= {(one["who"], one["kind"]) for one in worklist.events(both[0], row["key"])}
        if row["status"] != "off_list" and not any(
            one["kind"] == "merged" for one in worklist.events(both[0], row["key"])
        ):
            assert trail_leads_to(both[0], row) == row["status"]
    assert {kind for who, kind in kinds if who == "nightly run"} >= {
        "opened",
        "reopened",
        "changed",
        "resolved",
        "excluded",
        "merged",
        "withdrawn",
    }
    assert len(worklist.runs(both[1])) == NIGHTS
    [store.close() for store in both]


def screened_population(home, tmp_path, night, **files):
    day = FIRST + timedelta(days=night)
    walk.ingest(home, [deliver(tmp_path / f"in{night}", **files)] if files else [], "canonical")
    walk.screen_population(home, as_of=day)
    return worklist.open_store(home), day


HEADACHE = {
    "patient_id": "ann",
    "condition_id": "c1",
    "code": "25064002",
    "code_system": "SNOMEDCT",
    "onset_on": "2025-12-20",
}
BORDERLINE = {
    **LOW,
    "patient_id": "ann",
    "result_id": "r1",
    "value": "250",
    "collected_at": "2025-12-30",
}


def test_a_note_that_headaches_are_unrelated_feeds_the_next_run_and_can_be_taken_back(tmp_path):
    home = Home(tmp_path / "home")
    store, day = screened_population(
        home,
        tmp_path,
        0,
        patient=[{"patient_id": "ann", "birth_date": "1950-01-01"}],
        lab_result=[BORDERLINE],
        condition=[HEADACHE],
    )
    row = worklist.item_of_patient(store, "ann")
    assert (row["next_step"], row["priority"]) == ("TREAT_IM_NEURO", 1)
    worklist.note_headache_unrelated(store, row["key"], actor=stores.KIM, noted_on=day, today=day)
    store, _ = screened_population(home, tmp_path, 1)
    row = worklist.item_of_patient(store, "ann")
    assert (row["next_step"], row["priority"]) == ("ORDER_MMA", 4)
    assert "neurological: headache since 2025-12-20 → none" in row["changed_because"]
    assert "headache_unrelated" in b12(home.root, "explain", "ann").out
    with pytest.raises(
        worklist.StaleItem
    ):  # a page opened before the night does not show what it changed
        worklist.act(store, row["key"], actor=stores.LEE, version=1, to="done", today=day)
    [note] = worklist.notes(store, row["key"])
    assert (note["author"], note["noted_on"]) == ("kim", day)
    worklist.withdraw_note(store, row["key"], note["id"], actor=stores.LEE)
    store, _ = screened_population(home, tmp_path, 2)
    assert worklist.item_of_patient(store, "ann")["next_step"] == "TREAT_IM_NEURO"
    later = {**HEADACHE, "condition_id": "c2", "onset_on": "2026-01-03"}
    worklist.note_headache_unrelated(store, row["key"], actor=stores.KIM, noted_on=day, today=day)
    store, _ = screened_population(home, tmp_path, 3, condition=[later])
    assert worklist.item_of_patient(store, "ann")["next_step"] == "TREAT_IM_NEURO", (
        "the note does not cover a later headache"
    )


def test_a_note_does_not_make_conditions_loaded(tmp_path):
    "Unknown is never no: a patient with a note alone has no delivered conditions"
    home = Home(tmp_path / "home")
    store, day = screened_population(
        home,
        tmp_path,
        0,
        patient=[{"patient_id": "ann", "birth_date": "1950-01-01"}],
        lab_result=[BORDERLINE],
    )
    worklist.note_headache_unrelated(
        store,
        worklist.item_of_patient(store, "ann")["key"],
        actor=stores.KIM,
        noted_on=day,
        today=day,
    )
    screened_population(home, tmp_path, 1)
    row = assessments(home.root)["ann"]
    assert (
        row["neuro"] == row["malabsorption"] == row["diet"] == "not_loaded"
        and "CONDITIONS_NOT_LOADED" in row["flags"]
    )


def test_a_retracted_result_withdraws_its_item_and_says_so(tmp_path):
    home = Home(tmp_path / "home")
    screened_population(
        home,
        tmp_path,
        0,
        patient=[{"patient_id": "ann", "birth_date": "1950-01-01"}],
        lab_result=[BORDERLINE],
    )
    store, _ = screened_population(
        home,
        tmp_path,
        1,
        lab_result=[{**BORDERLINE, "status": "entered-in-error", "reported_at": "2026-01-02"}],
    )
    row = worklist.item_of_patient(store, "ann")
    assert row["status"] == "withdrawn"
    assert row["changed_because"].startswith(
        "taken back by its source: total_b12 of 2025-12-30; NO_ACTION"
    )
    assert worklist.page(store, worklist.Filter(), today=FIRST).total == 0


def test_a_past_night_that_is_screened_again_moves_no_item_back(tmp_path):
    home = Home(tmp_path / "home")
    screened_population(
        home,
        tmp_path,
        5,
        patient=[{"patient_id": "ann", "birth_date": "1950-01-01"}],
        lab_result=[BORDERLINE],
    )
    store, _ = screened_population(
        home,
        tmp_path,
        1,
        lab_result=[
            {**BORDERLINE, "result_id": "r2", "value": "110", "collected_at": "2025-12-31"}
        ],
    )
    assert worklist.item_of_patient(store, "ann")["next_step"] == "ORDER_MMA"
    assert [one["as_of"].day for one in worklist.runs(store)] == [2, 6]
    assert worklist.follow(home, store) == {}


def test_a_day_that_has_not_come_is_published_and_not_followed(tmp_path):
    home = Home(tmp_path / "home")
    store, day = screened_population(
        home,
        tmp_path,
        0,
        patient=[{"patient_id": "ann", "birth_date": "1950-01-01"}],
        lab_result=[BORDERLINE],
    )
    key = worklist.item_of_patient(store, "ann")["key"]
    worklist.act(
        store,
        key,
        actor=stores.KIM,
        version=1,
        to="snoozed",
        until=day + timedelta(days=30),
        today=day,
    )
    walk.screen_population(home, as_of=date.today() + timedelta(days=365))
    assert worklist.item(store, key)["status"] == "snoozed"
    followed = worklist.followed_run(store)
    assert (followed["as_of"], followed["is_newest"]) == (day, False)
    screened_population(home, tmp_path, 1)
    assert (worklist.followed_run(store)["as_of"], worklist.followed_run(store)["is_newest"]) == (
        day + timedelta(days=1),
        True,
    )


def test_a_copy_of_a_runs_folder_is_not_a_run(tmp_path):
    home = Home(tmp_path / "home")
    store, _ = screened_population(
        home, tmp_path, 0, patient=[{"patient_id": "ann"}], lab_result=[BORDERLINE]
    )
    run_id = worklist.runs(store)[0]["run_id"]
    shutil.copytree(home.runs / run_id, home.runs / f"{run_id}-backup")
    assert worklist.follow(home, store) == {} and len(worklist.runs(store)) == 1


def test_a_note_taken_back_while_it_is_on_its_way_is_delivered_again(tmp_path, store):
    key = stores.fill(store, [{"patient_id": "ann"}])["ann"]
    worklist.note_headache_unrelated(store, key, actor=stores.KIM, noted_on=FIRST, today=FIRST)
    with store.reading() as con:
        rows = worklist.undelivered_notes(con, FIRST)
    [note] = worklist.notes(store, key)
    worklist.withdraw_note(store, key, note["id"], actor=stores.LEE)
    with store.writing() as con:
        worklist.mark_delivered(con, rows)
        assert [row["status"] for row in worklist.undelivered_notes(con, FIRST)] == [
            "entered-in-error"
        ]


def test_a_note_of_tomorrow_waits_and_a_rejected_one_does_not_stop_the_run(tmp_path, monkeypatch):
    "In Auckland it is tomorrow already: the ingest, which goes by the day in UTC, would reject the note"
    home = Home(tmp_path / "home")
    store, _ = screened_population(
        home,
        tmp_path,
        0,
        patient=[{"patient_id": "ann", "birth_date": "1950-01-01"}],
        lab_result=[BORDERLINE],
        condition=[HEADACHE],
    )
    key, tomorrow = (
        worklist.item_of_patient(store, "ann")["key"],
        datetime.now(UTC).date() + timedelta(days=1),
    )
    worklist.note_headache_unrelated(
        store, key, actor=stores.KIM, noted_on=tomorrow, today=tomorrow
    )
    assert ingest_notes(home, store) == (0, 0)
    worklist.note_headache_unrelated(store, key, actor=stores.KIM, noted_on=FIRST, today=FIRST)
    monkeypatch.setattr("pipeline.worklist.clinical_notes.HEADACHE_UNRELATED", "no_such_code")
    assert [ingest_notes(home, store), ingest_notes(home, store)] == [(0, 1), (0, 1)]
    monkeypatch.undo()
    assert ingest_notes(home, store) == (1, 0)
    assert not list(home.work.glob("condition_notes_*"))


def test_two_screenings_deliver_a_note_once(tmp_path):
    home = Home(tmp_path / "home")
    store, _ = screened_population(
        home, tmp_path, 0, patient=[{"patient_id": "ann"}], lab_result=[BORDERLINE]
    )
    worklist.note_headache_unrelated(
        store,
        worklist.item_of_patient(store, "ann")["key"],
        actor=stores.KIM,
        noted_on=FIRST,
        today=FIRST,
    )
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: ingest_notes(home, worklist.open_store(home)), range(4)))
    assert sorted(done) == [(0, 0), (0, 0), (0, 0), (1, 0)]


def merge(patient, into, at):
    return {
        "patient_id": patient,
        "birth_date": "1950-01-01",
        "merged_into": into,
        "recorded_at": at,
    }


def ann_and_old(tmp_path):
    "A home, its store and the day of its run, which lists two patients alike"
    home = Home(tmp_path / "home")
    low = [
        {**BORDERLINE, "patient_id": one, "result_id": one, "value": "150"}
        for one in ("ann", "old")
    ]
    people = [merge("ann", "", "2026-01-01T00:00:00Z"), merge("old", "", "2026-01-01T00:00:00Z")]
    return home, *screened_population(home, tmp_path, 0, patient=people, lab_result=low)


def test_a_merge_and_its_undoing(tmp_path):
    "Work, notes and history go over to the surviving id, and back when the merge is taken back"
    home, store, day = ann_and_old(tmp_path)
    old = worklist.item_of_patient(store, "old")
    worklist.act(
        store,
        old["key"],
        actor=stores.KIM,
        version=1,
        to="contacted",
        assignee="kim",
        comment="rang",
        attempt=worklist.Attempt("phone", "no_answer", day),
        today=day,
    )
    worklist.note_headache_unrelated(store, old["key"], actor=stores.KIM, noted_on=day, today=day)
    store, _ = screened_population(
        home, tmp_path, 1, patient=[merge("old", "ann", "2026-01-02T00:00:00Z")]
    )
    ann = worklist.item_of_patient(store, "ann")
    assert (ann["status"], ann["assignee"]) == ("contacted", "kim")
    assert (ann["failed_attempts"], ann["next_attempt_on"]) == (1, day)
    assert "rang" in [one["detail"] for one in worklist.events(store, ann["key"])]
    [note] = worklist.notes(store, ann["key"])
    worklist.withdraw_note(store, ann["key"], note["id"], actor=stores.LEE)
    store, _ = screened_population(
        home, tmp_path, 2, patient=[merge("old", "old", "2026-01-03T00:00:00Z")]
    )
    ann, old = worklist.item_of_patient(store, "ann"), worklist.item_of_patient(store, "old")
    assert (old["status"], old["assignee"]) == ("contacted", "kim")
    assert (ann["status"], ann["assignee"]) == ("open", None)
    assert (ann["failed_attempts"], ann["next_attempt_on"]) == (0, None)
    assert (old["failed_attempts"], old["next_attempt_on"]) == (1, day)
    assert (
        "rang" not in [one["detail"] for one in worklist.events(store, ann["key"])]
        and worklist.notes(store, ann["key"]) == []
    )


def test_calls_to_the_surviving_patient_are_not_forgotten_in_a_merge(tmp_path):
    home, store, day = ann_and_old(tmp_path)
    key = worklist.item_of_patient(store, "ann")["key"]
    tried = worklist.Attempt("phone", "no_answer", day)
    worklist.act(store, key, actor=stores.KIM, version=1, attempt=tried, today=day)
    store, _ = screened_population(
        home, tmp_path, 1, patient=[merge("old", "ann", "2026-01-02T00:00:00Z")]
    )
    ann = worklist.item_of_patient(store, "ann")
    assert (ann["failed_attempts"], ann["next_attempt_on"]) == (1, day)


def test_what_was_put_aside_for_another_reason_stays_open_after_a_merge(tmp_path):
    home = Home(tmp_path / "home")
    results = [
        {**BORDERLINE, "patient_id": "ann", "result_id": "a", "value": "110"},
        {**BORDERLINE, "patient_id": "old", "result_id": "b", "value": "300"},
    ]
    people = [merge("ann", "", "2026-01-01T00:00:00Z"), merge("old", "", "2026-01-01T00:00:00Z")]
    store, day = screened_population(home, tmp_path, 0, patient=people, lab_result=results)
    old = worklist.item_of_patient(store, "old")
    worklist.act(
        store,
        old["key"],
        actor=stores.KIM,
        version=1,
        to="declined",
        reason="borderline only",
        today=day,
    )
    store, _ = screened_population(
        home, tmp_path, 1, patient=[merge("old", "ann", "2026-01-02T00:00:00Z")]
    )
    assert worklist.item_of_patient(store, "ann")["status"] == "open"


def test_an_id_that_postgresql_cannot_hold_does_not_stop_the_run(tmp_path, store):
    home, folder = Home(tmp_path / "other"), tmp_path / "in"
    folder.mkdir()
    rows = [{"patient_id": one, **LOW, "collected_at": "2025-12-30"} for one in ("ann", "b\x00en")]
    parquet.write_table(pa.Table.from_pylist(rows), folder / "lab_result.parquet")
    walk.ingest(home, [folder], "canonical")
    walk.screen_population(home, as_of=FIRST)
    assert worklist.follow(home, store)["opened"] == 2
    assert {
        row["patient_id"] for row in worklist.listed(store, worklist.Filter(), today=FIRST)
    } == {"ann", "ben"}  # control characters are not part of an id
    walk.screen_population(home, as_of=FIRST + timedelta(days=1))
    assert worklist.follow(home, store)["opened"] == 0


def test_items_of_an_earlier_version_are_compared_in_full_once_and_nothing_is_told(tmp_path, store):
    "It kept no hash of what it had compared"
    home = Home(tmp_path / "other")
    low = [{**BORDERLINE, "patient_id": one, "result_id": one} for one in ("ann", "ben")]
    walk.ingest(home, [deliver(tmp_path / "in", lab_result=low)], "canonical")
    walk.screen_population(home, as_of=FIRST)
    worklist.follow(home, store)
    hashes = select(tables.item.c.content_hash).order_by(tables.item.c.patient_id)
    with store.writing() as con:
        kept, before = con.scalars(hashes).all(), con.execute(select(tables.item)).all()
        con.execute(update(tables.item).values(content_hash=None))
    walk.screen_population(home, as_of=FIRST + timedelta(days=1))
    assert set(worklist.follow(home, store).values()) == {0}
    with store.reading() as con:
        assert con.scalars(hashes).all() == kept and None not in kept
        assert con.execute(select(tables.item)).all() == before


def test_an_erasing_that_was_cut_short_is_done_again(tmp_path, monkeypatch):
    home = Home(tmp_path / "home")
    low = [{**BORDERLINE, "patient_id": one, "result_id": one} for one in ("PAT-7731", "PAT-8842")]
    people = [
        merge("PAT-7731", "", "2026-01-01T00:00:00Z"),
        merge("PAT-8842", "PAT-7731", "2026-01-01T00:00:00Z"),
    ]
    store, _ = screened_population(home, tmp_path, 0, patient=people, lab_result=low)
    store.close()

    def torn(*_, **__):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("pipeline.erasure.patient.lake.erase", torn)
    assert b12(home.root, "erase", "PAT-7731", "--yes").code == 13
    monkeypatch.undo()
    assert b12(home.root, "erase", "PAT-7731", "--yes").code == 0
    left = [
        path
        for path in home.root.rglob("*")
        if path.is_file() and any(one in path.read_bytes() for one in (b"PAT-7731", b"PAT-8842"))
    ]
    assert left == []


def test_a_forgotten_patient_is_forgotten_on_the_worklist_too(tmp_path):
    home, patient = Home(tmp_path / "home"), "PAT-7731"
    person, low = (
        {"patient_id": patient, "birth_date": "1950-01-01"},
        {**BORDERLINE, "patient_id": patient},
    )
    store, day = screened_population(home, tmp_path, 0, patient=[person], lab_result=[low])
    key = worklist.item_of_patient(store, patient)["key"]
    worklist.note_headache_unrelated(store, key, actor=stores.KIM, noted_on=day, today=day)
    screened_population(home, tmp_path, 1)
    assert b12(home.root, "erase", patient, "--yes").code == 0
    assert worklist.item(store, key) is None
    store.close()
    left = [
        path
        for path in home.root.rglob("*")
        if path.is_file() and patient.encode() in path.read_bytes()
    ]
    assert left == [], "not in the lake, the archive, the runs, the store or its log"
