"reporting.patients_gone: whom the run published last assessed, and no row names any more"

import pytest

from tests.clinic import insert, shows
from tests.gates import gated


def night(before, now, merged=()):
    con = gated()
    insert(con, "lake.patient", [{"patient_id": one} for one in now])
    insert(
        con,
        "lake.patient",
        [
            {"patient_id": one, "merged_into": into, "recorded_at": "2026-01-01"}
            for one, into in merged
        ],
    )
    con.executemany("insert into lake.published_patient values ($1)", [[one] for one in before])
    return con


def people(first, last):
    return [f"p{number}" for number in range(first, last)]


@pytest.mark.parametrize(
    ("before", "now", "gone", "share"),
    [
        (people(0, 99), people(0, 3), 96, ""),  # few people: one of them weighs too much
        (people(0, 100), people(0, 100), 0, "0"),
        (people(0, 100), people(0, 300), 0, "0"),
        (people(0, 100), people(0, 40), 60, "0.6"),
        (
            people(0, 200),
            people(200, 400),
            200,
            "1",
        ),  # as many as before, and none of them the same
    ],
)
def test_it_is_people_that_are_compared_and_not_numbers(before, now, gone, share):
    shows(night(before, now), "reporting.patients_gone", f"""
        patients_before | patients_gone | share_gone
        {len(before)}   | {gone}        | {share}
    """)  # fmt: skip


def test_who_was_merged_is_not_gone():
    shows(night(people(0, 100), people(2, 100), merged=[("p0", "p2"), ("p1", "p2")]), "reporting.patients_gone", """
        patients_before | patients_gone | share_gone
        100             | 0             | 0
    """)  # fmt: skip


def test_before_the_first_run_no_patient_is_gone():
    con = gated()
    insert(con, "lake.patient", [{"patient_id": "ann"}])
    shows(con, "reporting.patients_gone", """
        patients_before | patients_gone | share_gone
        0               | 0             |
    """)  # fmt: skip
