"Which check of the therapy is due. Protocol §4, monitoring: 3, 6 and 12 calendar months after T0, then each year."

import pytest

from tests.clinic import clinic, insert, shows


def monitored(as_of, start_on, results=()):
    con = clinic(as_of)
    insert(
        con,
        "lake.medication",
        [
            {
                "patient_id": "ann",
                "concepts": "b12_mecobalamin",
                "start_on": start_on,
                "route": "oral",
            }
        ],
    )
    insert(con, "lake.lab_result", [
        {"patient_id": "ann", "analyte": analyte, "value": "200" if analyte != "homocysteine" else "9", "collected_on": day}
        for day in results for analyte in ("total_b12", "mma", "homocysteine")
    ])  # fmt: skip
    return con


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2024-01-15", "not_due"), ("2024-03-15", "not_due"), ("2024-03-16", "due_3_months"), ("2024-04-15", "due_3_months"),
        ("2024-06-14", "due_3_months"), ("2024-06-15", "due_6_months"), ("2024-12-15", "due_6_months"), ("2024-12-16", "due_12_months"),
        ("2025-12-15", "due_12_months"), ("2025-12-16", "due_annual"), ("2031-06-01", "due_annual"),
    ],
)  # fmt: skip
def test_a_check_opens_30_days_before_its_date_and_closes_when_the_next_opens(as_of, expected):
    "T0 is 15 January 2024: the checks are on 15 April, 15 July, 15 January 2025, then each 15 January"
    shows(
        monitored(as_of, "2024-01-15"),
        "clinical.monitoring",
        f"patient_id | monitoring\nann | {expected}",
    )


@pytest.mark.parametrize(
    ("as_of", "tested_on", "expected"),
    [
        ("2024-04-15", "2024-03-16", "not_due"), ("2024-04-15", "2024-03-15", "due_3_months"), ("2024-06-15", "2024-03-20", "due_6_months"),
        ("2024-06-20", "2024-06-15", "not_due"), ("2025-12-16", "2025-12-15", "due_annual"), ("2026-02-01", "2025-12-16", "not_due"),
        ("2026-12-20", "2025-12-20", "due_annual"),
    ],
)  # fmt: skip
def test_done_when_all_three_have_a_result_on_or_after_the_day_it_opened(
    as_of, tested_on, expected
):
    shows(
        monitored(as_of, "2024-01-15", [tested_on]),
        "clinical.monitoring",
        f"patient_id | monitoring\nann | {expected}",
    )


@pytest.mark.parametrize("missing", ["total_b12", "mma", "homocysteine"])
def test_two_of_three_are_not_all_three(missing):
    con = monitored("2024-04-15", "2024-01-15", ["2024-04-01"])
    con.execute("delete from lake.lab_result where analyte = $1", [missing])
    shows(con, "clinical.monitoring", "patient_id | monitoring\nann | due_3_months")


def test_without_an_active_era_there_is_nothing_to_monitor():
    con = clinic("2026-01-31")
    insert(con, "lake.medication", """
        patient_id | concepts        | start_on   | end_on     | status | route
        ann        | b12_mecobalamin | 2025-01-01 | 2025-02-01 | ended  | oral
        bob        | metformin       | 2025-01-01 |            | active | oral
    """)  # fmt: skip
    shows(con, "clinical.monitoring", "patient_id")
