"Every usable result as an interval with the word of its band. Protocol §2; the vectors are its own."

import pytest

from tests.clinic import build, clinic, delivered, insert, select, shows
from tests.local_bands import local_clinic

VECTORS = [
    ("total_b12", "179.9", "pg/mL", "low"), ("total_b12", "180", "pg/mL", "low_molar_only"), ("total_b12", "132", "pmol/L", "low"),
    ("total_b12", "133", "pmol/L", "low_molar_only"), ("total_b12", "149.9", "pmol/L", "low_molar_only"),
    ("total_b12", "150", "pmol/L", "borderline"), ("total_b12", "203", "pg/mL", "low_molar_only"),
    ("total_b12", "203.3054", "pg/mL", "low_molar_only"), ("total_b12", "203.3055", "pg/mL", "borderline"),
    ("total_b12", "204", "pg/mL", "borderline"), ("total_b12", "350", "pg/mL", "borderline"), ("total_b12", "350.1", "pg/mL", "above"),
    ("total_b12", "258", "pmol/L", "borderline"), ("total_b12", "259", "pmol/L", "above"), ("total_b12", "0.165", "ng/mL", "low"),
    ("total_b12", "165", "ng/L", "low"), ("total_b12", "<150", "pg/mL", "low"), ("total_b12", "<180", "pg/mL", "low"),
    ("total_b12", "<=180", "pg/mL", "uncertain_low"), ("total_b12", "<200", "pg/mL", "uncertain_low"),
    ("total_b12", "<203.3055", "pg/mL", "uncertain_low"), ("total_b12", "<150", "pmol/L", "uncertain_low"),
    ("total_b12", "<=203.3055", "pg/mL", "uncertain"), ("total_b12", "<400", "pg/mL", "uncertain"),
    ("total_b12", ">100", "pg/mL", "uncertain"), ("total_b12", ">=350", "pg/mL", "uncertain"), ("total_b12", ">350", "pg/mL", "above"),
    ("total_b12", ">2000", "pg/mL", "above"), ("total_b12", "GREATER THAN 2000", "pg/mL", "above"), ("total_b12", "≥2000", "pg/mL", "above"),
    ("mma", "271", "nmol/L", "not_raised"), ("mma", "271.1", "nmol/L", "raised"), ("mma", "0.271", "umol/L", "not_raised"),
    ("mma", "0.28", "umol/L", "raised"), ("mma", "0.40", "nmol/mL", "raised"), ("mma", "0.40", "nmol/L", None),
    ("mma", "<=271", "nmol/L", "not_raised"), ("mma", ">271", "nmol/L", "raised"), ("mma", "<300", "nmol/L", None),
    ("mma", ">200", "nmol/L", None), ("mma", ">=271", "nmol/L", None),
    ("active_b12", "24.9", "pmol/L", "low"), ("active_b12", "25", "pmol/L", "indeterminate"), ("active_b12", "70", "pmol/L", "indeterminate"),
    ("active_b12", "70.1", "pmol/L", "above"), ("active_b12", "<25", "pmol/L", "low"), ("active_b12", "<=25", "pmol/L", None),
    ("active_b12", ">70", "pmol/L", "above"), ("active_b12", ">60", "pmol/L", None),
]  # fmt: skip
CODES = {"total_b12": "2132-9", "mma": "13964-2", "active_b12": "72160-5"}


BELOW_300 = [
    ("299.9", "pg/mL", "yes"), ("300", "pg/mL", "no"), ("221", "pmol/L", "yes"), ("222", "pmol/L", "no"), ("<400", "pg/mL", "yes"),
    ("<300", "pg/mL", "yes"), ("<=300", "pg/mL", "yes"), (">200", "pg/mL", "yes"), (">=299.9", "pg/mL", "yes"),
    (">=300", "pg/mL", "no"), (">300", "pg/mL", "no"), (">2000", "pg/mL", "no"), ("110", "pg/mL", "yes"),
]  # fmt: skip


@pytest.fixture(scope="module")
def facts():
    "The facts by patient: each vector is a patient of its own, whose id names it, and all are delivered and screened at once"
    kidneys = {"code": "98979-8", "value": "90", "unit": "mL/min/1.73m2"}
    rows = []
    for analyte, value, unit, _ in VECTORS:
        result = {"code": CODES[analyte], "value": value, "unit": unit}
        rows += [{"patient_id": f"{analyte} {value} {unit}", **row} for row in (result, kidneys)]
    for value, unit, _ in BELOW_300:
        rows.append(
            {"patient_id": f"{value} {unit}", "code": "2132-9", "value": value, "unit": unit}
        )
    con = delivered("lab_result", [row | {"collected_at": "2026-01-05"} for row in rows])
    build(con, "clinical.patient_fact")
    return {row["patient_id"]: row for row in select(con, "clinical.patient_fact")}


@pytest.mark.parametrize(("analyte", "value", "unit", "expected"), VECTORS)
def test_from_the_delivered_text_to_the_word(facts, analyte, value, unit, expected):
    fact = "b12" if analyte == "total_b12" else analyte
    assert facts[f"{analyte} {value} {unit}"][fact] == (expected or "never")


@pytest.mark.parametrize(("value", "unit", "expected"), BELOW_300)
def test_below_300_strictly_or_a_censored_one_that_may_be(facts, value, unit, expected):
    assert facts[f"{value} {unit}"]["neuro_300"] == expected


def test_a_result_is_its_interval_and_the_reported_value_and_unit_stay_with_it():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | analyte      | comparator | value    | value_reported | unit_reported | collected_on
        ann        | total_b12    | =          | 203.3055 | 150            | pmol/L        | 2026-01-05
        bob        | total_b12    | <          | 150      | <150           | pg/mL         | 2026-01-05
        cid        | mma          | >=         | 271      | >=271          | nmol/L        | 2026-01-05
        dan        | homocysteine | =          | 9.999    | 9.999          | umol/L        | 2026-01-05
        eve        | homocysteine | =          | 10       | 10             | umol/L        | 2026-01-05
        fay        | egfr         | =          | 59.99    | 59.99          | mL/min/1.73m2 | 2026-01-05
        gus        | egfr         | >          | 60       | >60            | mL/min/1.73m2 | 2026-01-05
        hal        | egfr         | <          | 90       | <90            | mL/min/1.73m2 | 2026-01-05
    """)  # fmt: skip
    shows(con, "clinical.result", """
        patient_id | low      | word           | value_reported | unit_reported
        ann        | 203.3055 | borderline     | 150            | pmol/L
        bob        |          | low            | <150           | pg/mL
        cid        | 271      |                | >=271          | nmol/L
        dan        | 9.999    | below_10       | 9.999          | umol/L
        eve        | 10       | at_or_above_10 | 10             | umol/L
        fay        | 59.99    | below_60       | 59.99          | mL/min/1.73m2
        gus        | 60       | at_or_above_60 | >60            | mL/min/1.73m2
        hal        |          |                | <90            | mL/min/1.73m2
    """)  # fmt: skip


def test_what_is_not_usable_has_no_word():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | status    | collected_on
        ann        | total_b12 | 100   | held      | 2026-01-05
        ann        | total_b12 |       | retracted | 2026-01-06
        ann        | total_b12 | 101   | final     | 2026-02-01
    """)  # fmt: skip
    shows(con, "clinical.result", "patient_id | word")


THE_DAY = "2025-07-01"
LOCAL = [  # of two laboratories, on the day before the change of method, the day, and the day after
    ("2025-06-30", "North", "150", "pg/mL", "low"), ("2025-06-30", "North", "150.1", "pg/mL", "borderline"),
    ("2025-06-30", "North", "299.9", "pg/mL", "borderline"), ("2025-06-30", "North", "300", "pg/mL", "above"),
    ("2025-07-01", "North", "150.1", "pg/mL", "low"), ("2025-07-01", "North", "199.9", "pg/mL", "low"),
    ("2025-07-01", "North", "200", "pg/mL", "borderline"), ("2025-07-01", "North", "400", "pg/mL", "borderline"),
    ("2025-07-01", "North", "400.1", "pg/mL", "above"), ("2025-07-02", "North", "199.9", "pg/mL", "low"),
    ("2025-06-30", "North", "150", "pmol/L", "borderline"), ("2025-07-01", "North", "150", "pmol/L", "borderline"),
    ("2025-07-01", "North", "147", "pmol/L", "low"), ("2025-07-01", "North", "148", "pmol/L", "borderline"),
    ("2025-06-30", "North", "<150", "pg/mL", "low"), ("2025-06-30", "North", "<=150", "pg/mL", "low"),
    ("2025-06-30", "North", "<200", "pg/mL", "uncertain"), ("2025-06-30", "North", ">=300", "pg/mL", "above"),
    ("2025-06-30", "North", ">299", "pg/mL", "uncertain"), ("2025-07-01", "North", "<200", "pg/mL", "low"),
    ("2025-07-01", "North", "<=200", "pg/mL", "uncertain_low"), ("2025-07-01", "North", "<250", "pg/mL", "uncertain_low"),
    ("2025-07-01", "North", "<=250", "pg/mL", "uncertain"), ("2025-07-01", "North", ">400", "pg/mL", "above"),
    ("2025-07-01", "North", ">=400", "pg/mL", "uncertain"),
    ("2025-06-30", "East lab", "160", "pg/mL", "low_molar_only"), ("2025-07-01", "East lab", "159.9", "pg/mL", "low"),
    ("2025-07-01", "East lab", "150", "pmol/L", "borderline"), ("2025-07-01", "East lab", "149.9", "pmol/L", "low_molar_only"),
    ("2025-07-01", "East lab", "<200", "pg/mL", "uncertain"), ("2025-07-02", "East lab", "<160", "pg/mL", "low"),
    ("2025-06-30", "West", "<200", "pg/mL", "uncertain_low"), ("2025-07-01", "West", "150", "pmol/L", "borderline"),
]  # fmt: skip


def test_local_rows_at_the_day_of_change_of_two_laboratories():
    con = local_clinic()
    rows = [
        {"patient_id": str(number), "code": "2132-9", "value": value, "unit": unit, "collected_at": day, "performing_lab": lab, "method": "ECLIA"}
        for number, (day, lab, value, unit, _) in enumerate(LOCAL)
    ]  # fmt: skip
    delivered("lab_result", rows, con)
    build(con, "clinical.patient_fact")
    found = {
        row["patient_id"]: row["word"] for row in select(con, "clinical.result", "patient_id, word")
    }
    assert [(*case[:4], found[str(number)]) for number, case in enumerate(LOCAL)] == LOCAL


def test_each_result_keeps_its_own_edge_of_neuro_300():
    con = local_clinic()
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | comparator | performing_lab | collected_on
        ann        | total_b12 | 249.9 | =          | East lab       | 2026-01-05
        bob        | total_b12 | 250   | =          | East lab       | 2026-01-05
        cid        | total_b12 | 250   | =          | North          | 2026-01-05
        dan        | total_b12 | 300   | =          |                | 2026-01-05
        eve        | total_b12 | 400   | <          | East lab       | 2026-01-05
        fay        | total_b12 | 250   | >          | East lab       | 2026-01-05
    """)  # fmt: skip
    shows(con, "clinical.latest_b12", """
        patient_id | neuro_300
        ann        | yes
        bob        | no
        cid        | yes
        dan        | no
        eve        | yes
        fay        | no
    """)  # fmt: skip
