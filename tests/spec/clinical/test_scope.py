"Whether to screen: protocol §2, scope."

import pytest

from tests.clinic import clinic, facts_of, insert


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"birth_on": "1950-01-01"}, "in_scope"), ({"birth_on": "2010-01-31"}, "in_scope"), ({"birth_on": "2010-02-01"}, "child"),
        ({}, "age_unknown"), ({"birth_on": "1950-01-01", "deceased_on": "2026-01-31"}, "deceased"),
        ({"birth_on": "1950-01-01", "deceased_on": "2026-02-01"}, "in_scope"), ({"birth_on": "1950-01-01", "is_opted_out": True}, "opted_out"),
        ({"birth_on": "2015-01-01", "is_opted_out": True}, "opted_out"), ({"deceased_on": "2020-01-01", "is_opted_out": True}, "deceased"),
        ({"birth_on": "2015-01-01", "deceased_on": "2020-01-01"}, "deceased"),
    ],
)  # fmt: skip
def test_scope(row, expected):
    con = clinic("2026-01-31")
    insert(con, "lake.patient", [{"patient_id": "ann", **row}])
    assert facts_of(con, "ann")["scope"] == expected


def test_the_age_of_a_child_is_a_setting():
    con = clinic("2026-01-31", child_under_years=18)
    insert(con, "lake.patient", "patient_id | birth_on\nann | 2008-02-01\nbob | 2008-01-31")
    assert (facts_of(con, "ann")["scope"], facts_of(con, "bob")["scope"]) == ("child", "in_scope")
