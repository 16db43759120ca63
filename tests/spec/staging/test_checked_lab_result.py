"A delivered lab result: typed, coded, converted exactly, judged. Protocol §1."

import pytest

from tests.clinic import clinic, judges, landed, parse, select

B12 = """
    patient_id | code   | unit  | value | collected_at
    ann        | 2132-9 | pg/mL | 165   | 2026-01-05
"""
REJECTIONS = {
    "missing_patient_id",
    "missing_code",
    "missing_date",
    "bad_date",
    "future_date",
    "code_in_scientific_notation",
    "id_in_scientific_notation",
    "unit_contradiction",
    "missing_unit",
    "unknown_unit",
    "wrong_scale_unit",
    "empty_value",
    "not_a_number",
    "pending_or_cancelled_text",
    "range_or_ratio",
    "implausible_value",
    "wrong_specimen",
}  # ragged_row is found by the reader: tests/unit/readers/test_table.py
SKIPS = {
    "cancelled",
    "order_code",
    "comment",
    "unmapped_code",
    "other_analyte",
}  # other_message: tests of the reader of event tables

EVERY_REASON = """
    patient_id | code        | code_system | unit  | value   | collected_at        | status    | specimen    | => outcome
    -----------+-------------+-------------+-------+---------+---------------------+-----------+-------------+----------------------------
    ann        | 2132-9      | LOINC       | pg/mL | 165     | 2026-01-05          | final     | Serum       | accepted
    ann        | 2132-9      |             | pg/mL | 165     | 2026-01-05          |           |             | accepted
               | 2132-9      | LOINC       | pg/mL | 165     | 2026-01-05          | final     | Serum       | missing_patient_id
    ann        |             | LOINC       | pg/mL | 165     | 2026-01-05          | final     | Serum       | missing_code
    ann        | 2132-9      | LOINC       | pg/mL | 165     |                     | final     | Serum       | missing_date
    ann        | 2132-9      | LOINC       | pg/mL | 165     | 05.01.2026          | final     | Serum       | bad_date
    ann        | 2132-9      | LOINC       | pg/mL | 165     | 2026-02-30          | final     | Serum       | bad_date
    ann        | 2132-9      | LOINC       | pg/mL | 165     | 2026-01             | final     | Serum       | bad_date
    ann        | 2132-9      | LOINC       | pg/mL | 165     | 2026-02-01          | final     | Serum       | accepted
    ann        | 2132-9      | LOINC       | pg/mL | 165     | 2026-02-02          | final     | Serum       | future_date
    ann        | 1.09023E+15 | SNOMEDCT    | pg/mL | 165     | 2026-01-05          | final     | Serum       | code_in_scientific_notation
    5.1E+09    | 2132-9      | LOINC       | pg/mL | 165     | 2026-01-05          | final     | Serum       | id_in_scientific_notation
    ann        | 2132-9      | LOINC       | pg/mL | 165 pmol/L | 2026-01-05       | final     | Serum       | unit_contradiction
    ann        | 2132-9      | LOINC       |       | 165     | 2026-01-05          | final     | Serum       | missing_unit
    ann        | 2132-9      | LOINC       | U/L   | 165     | 2026-01-05          | final     | Serum       | unknown_unit
    ann        | 2132-9      | LOINC       | g/dL  | 165     | 2026-01-05          | final     | Serum       | unknown_unit
    ann        | 2132-9      | LOINC       | ng/dL | 165     | 2026-01-05          | final     | Serum       | wrong_scale_unit
    ann        | 2132-9      | LOINC       | pg/mL |         | 2026-01-05          | final     | Serum       | empty_value
    ann        | 2132-9      | LOINC       | pg/mL | NaN     | 2026-01-05          | final     | Serum       | not_a_number
    ann        | 2132-9      | LOINC       | pg/mL | inf     | 2026-01-05          | final     | Serum       | not_a_number
    ann        | 2132-9      | LOINC       | pg/mL | -inf    | 2026-01-05          | final     | Serum       | not_a_number
    ann        | 2132-9      | LOINC       | pg/mL | 16S     | 2026-01-05          | final     | Serum       | not_a_number
    ann        | 2132-9      | LOINC       | pg/mL | <       | 2026-01-05          | final     | Serum       | not_a_number
    ann        | 2132-9      | LOINC       | pg/mL | pending | 2026-01-05          | final     | Serum       | pending_or_cancelled_text
    ann        | 2132-9      | LOINC       | pg/mL | 150-200 | 2026-01-05          | final     | Serum       | range_or_ratio
    ann        | 2132-9      | LOINC       | pg/mL | 1:160   | 2026-01-05          | final     | Serum       | range_or_ratio
    ann        | 2132-9      | LOINC       | pg/mL | 4.9     | 2026-01-05          | final     | Serum       | implausible_value
    ann        | 2132-9      | LOINC       | pg/mL | -165    | 2026-01-05          | final     | Serum       | implausible_value
    ann        | 13964-2     | LOINC       | nmol/L| 300     | 2026-01-05          | final     | Urine       | wrong_specimen
    ann        | 16695-9     | LOINC       | pg/mL | 300     | 2026-01-05          | final     | Whole blood | wrong_specimen
    ann        | 2132-9      | LOINC       | pg/mL | 165     | 2026-01-05          | cancelled | Serum       | cancelled
    ann        | 82607       | CPT4        | pg/mL | 165     | 2026-01-05          | final     | Serum       | order_code
    ann        | 48767-8     | LOINC       |       | text    | 2026-01-05          | final     | Serum       | comment
    ann        | B12         | LOCAL       | pg/mL | 165     | 2026-01-05          | final     | Serum       | unmapped_code
    ann        | 2093-3      | LOINC       | mg/dL | 180     | 2026-01-05          | final     | Serum       | other_analyte
"""


def test_every_reason_and_every_kind_of_skip():
    judges("lab_result", EVERY_REASON)
    assert {row["=> outcome"] for row in parse(EVERY_REASON)} == REJECTIONS | SKIPS | {"accepted"}


def test_one_reason_a_row_the_first_that_applies():
    judges("lab_result", """
        patient_id | code   | unit  | value   | collected_at | => outcome
        -----------+--------+-------+---------+--------------+--------------------------
                   | 1e+15  |       | pending |              | missing_patient_id
        ann        | 1E+15  |       | pending |              | code_in_scientific_notation
        ann        | 2132-9 |       | pending |              | missing_date
        ann        | 2132-9 |       | pending | 2026-01-05   | pending_or_cancelled_text
        ann        | 2132-9 |       | 150-200 | 2026-01-05   | range_or_ratio
        ann        | 2132-9 |       | 9999999 | 2026-01-05   | missing_unit
        ann        | 2132-9 | ng/dL | 9999999 | 2026-01-05   | wrong_scale_unit
    """)  # fmt: skip


@pytest.mark.parametrize(
    ("code", "unit", "value", "canonical", "outcome"),
    [
        ("2132-9", "pg/mL", "165", "165", "accepted"),
        ("2132-9", "ng/L", "165", "165", "accepted"),
        ("14685-2", "pmol/L", "150", "203.3055", "accepted"),
        ("14685-2", "pmol/L", "149.9", "203.169963", "accepted"),
        ("2132-9", "ng/mL", "0.165", "165", "accepted"),
        ("2132-9", "ng/mL", "0.01", "10", "accepted"),
        ("2132-9", "ng/mL", "0.0099", "9.9", "implausible_value"),
        ("2132-9", "ng/mL", "5", "5000", "accepted"),
        ("2132-9", "ng/mL", "5.001", "5001", "implausible_value"),
        ("2132-9", "ng/mL", "165", "165000", "implausible_value"),
        ("2132-9", "ng/dL", "165", None, "wrong_scale_unit"),
        ("2132-9", "ug/dL", "165", None, "wrong_scale_unit"),
        ("2132-9", "pg/dL", "165", None, "wrong_scale_unit"),
        ("14685-2", "nmol/L", "0.15", None, "wrong_scale_unit"),
        ("2132-9", "ug/L", "0.165", None, "unknown_unit"),
        ("72160-5", "pmol/L", "30", "30", "accepted"),
        ("72160-5", "pg/mL", "30", None, "unknown_unit"),
        ("13964-2", "nmol/L", "271", "271", "accepted"),
        ("13964-2", "umol/L", "0.271", "271", "accepted"),
        ("13964-2", "nmol/mL", "0.40", "400", "accepted"),
        ("13964-2", "ug/L", "32", "270.976", "accepted"),
        ("13964-2", "ng/mL", "32.1", "271.8228", "accepted"),
        ("13964-2", "nmol/L", "0.40", "0.4", "implausible_value"),
        ("13965-9", "umol/L", "10", "10", "accepted"),
        ("2428-1", "mg/L", "1.35", "9.98595", "accepted"),
        ("2284-8", "ng/mL", "4", "4", "accepted"),
        ("2284-8", "ug/L", "4", "4", "accepted"),
        ("14732-2", "nmol/L", "22.66", "10", "accepted"),
        ("718-7", "g/dL", "13.2", "13.2", "accepted"),
        ("718-7", "g/L", "132", "13.2", "accepted"),
        ("59260-0", "mmol/L", "8", "12.888", "accepted"),
        ("787-2", "fL", "101", "101", "accepted"),
        ("787-2", "um3", "101", "101", "accepted"),
        ("2160-0", "mg/dL", "1.1", "1.1", "accepted"),
        ("14682-9", "umol/L", "88.42", "1", "accepted"),
        ("98979-8", "mL/min/{1.73_m2}", "59.9", "59.9", "accepted"),
        ("98979-8", "mL/min", "59.9", None, "unknown_unit"),
    ],
)
def test_conversions_are_exact(code, unit, value, canonical, outcome):
    con = landed(
        clinic(), "lab_result", [{**parse(B12)[0], "code": code, "unit": unit, "value": value}]
    )
    [row] = select(con, "staging.checked_lab_result")
    assert (row["skipped_because"] or row["rejected_because"] or "accepted") == outcome
    # folate and creatinine divide: shown to six places, and never decide
    assert (row["value"] is None) == (canonical is None)
    assert canonical is None or round(row["value"], 8) == round(type(row["value"])(canonical), 8)
    assert (row["value_reported"], row["unit_reported"]) == (value, unit)


@pytest.mark.parametrize(
    ("code", "low", "high", "unit"),
    [
        ("2132-9", "5", "200000", "pg/mL"), ("72160-5", "1", "2000", "pmol/L"), ("13964-2", "20", "1000000", "nmol/L"),
        ("13965-9", "1", "1000", "umol/L"), ("718-7", "2", "25", "g/dL"), ("787-2", "40", "160", "fL"),
        ("2160-0", "0.1", "40", "mg/dL"), ("98979-8", "0", "250", "mL/min/1.73m2"),
    ],
)  # fmt: skip
def test_hard_limits_are_plausible_and_beyond_them_is_not(code, low, high, unit):
    rows = [
        {**parse(B12)[0], "code": code, "unit": unit, "value": value, "=> outcome": outcome}
        for value, outcome in (
            (low, "accepted"), (high, "accepted"), (f"{float(low) - 0.001:.3f}", "implausible_value"),
            (f"{float(high) + 0.001:.3f}", "implausible_value"),
        )
    ]  # fmt: skip
    judges("lab_result", rows)


def test_a_reference_range_never_rejects_and_is_converted_with_the_value():
    judges("lab_result", """
        code    | unit   | value | reference_low | reference_high | => outcome | => reference_high
        --------+--------+-------+---------------+----------------+------------+------------------
        2132-9  | pg/mL  | 110.7 | 278           | 1000           | accepted   | 1000
        2132-9  | pmol/L | 110.7 | 140           | 600            | accepted   | 813.222
        718-7   | g/dL   | 13    | 12            | 16             | accepted   |
        2132-9  | pg/mL  | 110.7 | abc           | 999999999999   | accepted   |
        13964-2 | umol/L | 0.3   | 0             | 0.4            | accepted   | 400
        13964-2 | nmol/L | 300   |               | <400           | accepted   |
        13964-2 | nmol/L | 300   |               | 999999999999   | accepted   |
    """, given=B12)  # fmt: skip


@pytest.mark.parametrize(
    "unit",
    [
        "pg/mL",
        "PG/ML",
        "pg/ml",
        " pg / mL",
        "pg/cc",
        "pcg/mL",
        "picograms/mL",
        "ng/L",
        "NG/LITRE",
        "pg/ml\u00a0",
    ],
)
def test_spellings_of_a_b12_unit(unit):
    judges(
        "lab_result",
        [
            {
                **parse(B12)[0],
                "unit": unit,
                "=> outcome": "accepted",
                "=> value": "165",
                "=> unit_reported": unit,
            }
        ],
    )


@pytest.mark.parametrize(
    ("code", "unit", "value", "canonical"),
    [
        ("13964-2", "\u00b5mol/L", "0.3", "300"), ("13964-2", "\u03bcmol/L", "0.3", "300"), ("13964-2", "UMOL/L", "0.3", "300"),
        ("13964-2", "mcg/L", "50", "423.4"), ("13964-2", "\u00b5g/L", "50", "423.4"), ("13964-2", "\u03bcg/L", "50", "423.4"),
        ("98979-8", "ml/min/1,73m²", "55", "55"), ("98979-8", "mL/min/1.73m2", "55", "55"), ("98979-8", "mL/min/1.73", "55", "55"),
        ("787-2", "\u00b5m3", "90", "90"), ("718-7", "GM/DL", "9", "9"),
    ],
)  # fmt: skip
def test_spellings_of_other_units(code, unit, value, canonical):
    judges(
        "lab_result",
        [
            {
                **parse(B12)[0],
                "code": code,
                "unit": unit,
                "value": value,
                "=> outcome": "accepted",
                "=> value": canonical,
            }
        ],
    )


def test_a_censored_result_keeps_its_comparator():
    judges("lab_result", """
        value                        | => comparator | => value | => outcome
        -----------------------------+---------------+----------+-----------
        165                          | =             | 165      | accepted
        <150                         | <             | 150      | accepted
        < 150                        | <             | 150      | accepted
        >2000                        | >             | 2000     | accepted
        <=180                        | <=            | 180      | accepted
        >=350                        | >=            | 350      | accepted
        ≤180                         | <=            | 180      | accepted
        ≥ 350                        | >=            | 350      | accepted
        =<180                        | <=            | 180      | accepted
        GREATER THAN 2000            | >             | 2000     | accepted
        greater than 2000            | >             | 2000     | accepted
        More than 2000               | >             | 2000     | accepted
        LESS THAN 150                | <             | 150      | accepted
        Less than or equal to 150    | <=            | 150      | accepted
        GREATER THAN OR EQUAL TO 900 | >=            | 900      | accepted
        pending                      |               |          | pending_or_cancelled_text
    """, given=B12)  # fmt: skip


@pytest.mark.parametrize(
    "value",
    [
        "pending",
        "QNS",
        "hemolyzed",
        "Hemolyzed",
        "TNP",
        "see comment",
        "cancelled",
        "-",
        ".",
        "n/a",
        "Test not performed",
    ],
)
def test_a_word_is_never_a_number_and_never_normal(value):
    given = {
        **parse(B12)[0],
        "value": value,
        "=> outcome": "pending_or_cancelled_text",
        "=> value": None,
    }
    judges("lab_result", [given])


@pytest.mark.parametrize(
    "value", ["NaN", "nan", "inf", "Infinity", "-inf", "1e999", "12,5,3", "165 pg", "0x1F"]
)
def test_what_only_looks_like_a_number(value):
    judges(
        "lab_result",
        [{**parse(B12)[0], "value": value, "=> outcome": "not_a_number", "=> value": None}],
    )


def test_specimens():
    judges("lab_result", """
        code    | unit   | value | specimen     | => outcome
        --------+--------+-------+--------------+---------------
        2132-9  | pg/mL  | 165   | Serum        | accepted
        2132-9  | pg/mL  | 165   | PLASMA       | accepted
        2132-9  | pg/mL  | 165   | Ser/Plas     | accepted
        2132-9  | pg/mL  | 165   | Blood        | accepted
        2132-9  | pg/mL  | 165   |              | accepted
        2132-9  | pg/mL  | 165   | Whole Blood  | wrong_specimen
        2132-9  | pg/mL  | 165   | Urine        | wrong_specimen
        2132-9  | pg/mL  | 165   | CSF          | wrong_specimen
        13964-2 | nmol/L | 300   | Urine        | wrong_specimen
        13964-2 | nmol/L | 300   | Plasma       | accepted
        718-7   | g/dL   | 13    | Whole Blood  | accepted
        718-7   | g/dL   | 13    | Urine        | wrong_specimen
        16695-9 | pg/mL  | 300   |              | wrong_specimen
    """, given=B12)  # fmt: skip


def test_statuses_of_hl7_and_fhir():
    judges("lab_result", """
        status           | result_id | value | => outcome  | => status
        -----------------+-----------+-------+-------------+-----------
                         |           | 165   | accepted    | final
        F                |           | 165   | accepted    | final
        V                |           | 165   | accepted    | final
        B                |           | 165   | accepted    | final
        U                |           | 165   | accepted    | final
        U                |           |       | accepted    | finalised
        C                |           | 165   | accepted    | corrected
        A                |           | 165   | accepted    | corrected
        P                |           | 165   | accepted    | held
        R                |           | 165   | accepted    | held
        S                |           | 165   | accepted    | held
        I                |           |       | accepted    | held
        I                |           | pending | accepted  | held
        X                |           | 165   | cancelled   | cancelled
        N                |           | 165   | cancelled   | cancelled
        O                |           |       | cancelled   | cancelled
        D                | r1        |       | accepted    | retracted
        W                | r1        |       | accepted    | retracted
        final            |           | 165   | accepted    | final
        FINAL            |           | 165   | accepted    | final
        corrected        |           | 165   | accepted    | corrected
        amended          |           | 165   | accepted    | corrected
        registered       |           |       | accepted    | held
        preliminary      |           | 165   | accepted    | held
        pending          |           | 165   | accepted    | held
        unknown          |           | 165   | accepted    | held
        cancelled        |           | 165   | cancelled   | cancelled
        entered-in-error | r1        |       | accepted    | retracted
        never heard of   |           | 165   | accepted    | unknown
        final            |           |       | empty_value | final
    """, given=B12)  # fmt: skip


def test_a_retraction_needs_only_the_patient_and_what_it_names():
    judges("lab_result", """
        patient_id | code   | result_id | accession_id | value | unit | collected_at | status           | => outcome
        -----------+--------+-----------+--------------+-------+------+--------------+------------------+-------------------
        ann        |        | r1        |              |       |      |              | entered-in-error | accepted
        ann        | 2132-9 |           | a1           |       |      | 2026-01-05   | entered-in-error | accepted
                   |        | r1        |              |       |      |              | entered-in-error | missing_patient_id
    """)  # fmt: skip


def test_mass_or_molar_is_taken_from_the_unit_and_a_disagreement_is_said():
    judges("lab_result", """
        code    | unit   | value | => value | => is_unit_code_disagree | => outcome
        --------+--------+-------+----------+--------------------------+-----------
        2132-9  | pg/mL  | 203   | 203      | no                       | accepted
        2132-9  | pmol/L | 150   | 203.3055 | yes                      | accepted
        14685-2 | pg/mL  | 203   | 203      | yes                      | accepted
        14685-2 | pmol/L | 150   | 203.3055 | no                       | accepted
        787-2   | fL     | 90    | 90       | no                       | accepted
    """, given=B12)  # fmt: skip


def test_qualitative_results_need_no_unit_and_are_words():
    judges("lab_result", """
        code    | unit  | value        | => finding    | => outcome
        --------+-------+--------------+---------------+--------------------------
        31444-3 |       | Positive     | positive      | accepted
        31444-3 |       | REACTIVE     | positive      | accepted
        31444-3 |       | detected     | positive      | accepted
        31444-3 |       | abnormal     | positive      | accepted
        31444-3 |       | negative     | negative      | accepted
        31444-3 |       | Non-Reactive | negative      | accepted
        31444-3 |       | Not detected | negative      | accepted
        31444-3 |       | equivocal    | indeterminate | accepted
        31444-3 | AU/mL | 1.2          | indeterminate | accepted
        31444-3 |       | pending      | indeterminate | pending_or_cancelled_text
        31444-3 |       |              | indeterminate | empty_value
        2333-3  | pg/mL | 900          | indeterminate | accepted
        40960-7 |       | positive     | positive      | accepted
    """, given="""
        patient_id | collected_at
        ann        | 2026-01-05
    """)  # fmt: skip


def test_an_instant_without_an_offset_is_of_the_profile_and_the_day_is_the_clinics():
    judges("lab_result", """
        collected_at              | => collected_at  | => collected_on | => outcome
        --------------------------+------------------+-----------------+------------
        2026-01-05                | 2026-01-04 23:00 | 2026-01-05      | accepted
        2026-01-05T00:30          | 2026-01-04 23:30 | 2026-01-05      | accepted
        2026-01-05 08:15:30       | 2026-01-05 07:15 | 2026-01-05      | accepted
        2026-01-05T00:30:00+01:00 | 2026-01-04 23:30 | 2026-01-05      | accepted
        2026-01-05T23:30:00Z      | 2026-01-05 23:30 | 2026-01-06      | accepted
        2026-01-05T25:00          |                  |                 | bad_date
    """, given=B12, time_zone="Europe/Berlin")  # fmt: skip


def test_the_day_of_ingest_is_not_the_future():
    judges("lab_result", """
        collected_at | reported_at | => outcome
        -------------+-------------+-------------
        2026-03-01   |             | accepted
        2026-03-02   |             | future_date
        2026-03-01   | yesterday   | accepted
    """, given=B12, today="2026-03-01")  # fmt: skip


def test_future_is_an_hour_after_receipt_or_a_day_that_has_begun_nowhere():
    "Received on 2026-02-01 at 09:00 UTC, when it is 23:00 of that day at UTC+14"
    judges("lab_result", """
        collected_at              | => outcome
        --------------------------+------------
        2026-02-01T10:00:00Z      | accepted
        2026-02-01T10:00:01Z      | future_date
        2026-02-01T23:30:00+14:00 | accepted
        2026-02-02T01:00:00+14:00 | future_date
        2026-02-01T12:00:00+02:00 | accepted
        2026-02-01T23:59:00       | accepted
        2026-02-01                | accepted
        2026-02-02                | future_date
        1900-01-01                | bad_date
        9999-12-31                | bad_date
        2999-12-31                | bad_date
        0001-01-01T00:00:00Z      | bad_date
        2026                      | bad_date
    """, given=B12)  # fmt: skip


def test_what_is_not_ours_is_skipped_before_anything_else_is_judged():
    judges("lab_result", """
        patient_id | code    | code_system | value | unit  | collected_at | status    | => outcome
        -----------+---------+-------------+-------+-------+--------------+-----------+------------------
                   | 2093-3  | LOINC       | 180   | mg/dL | 2026-01-05   | final     | other_analyte
                   | QC-CTRL | LOCAL       |       |       |              | final     | unmapped_code
                   | 48767-8 | LOINC       | text  |       |              | final     | comment
                   | 82607   | CPT4        |       |       |              | final     | order_code
                   | 2093-3  | LOINC       | 180   | mg/dL | 2026-01-05   | cancelled | other_analyte
                   | 2132-9  | LOINC       | 165   | pg/mL | 2026-01-05   | final     | missing_patient_id
                   | 2132-9  | LOINC       | 165   | pg/mL | 2026-01-05   | cancelled | missing_patient_id
                   | 1.1E+15 | LOCAL       |       |       |              | final     | missing_patient_id
    """)  # fmt: skip


@pytest.mark.parametrize("id_column", ["patient_id", "result_id", "accession_id"])
@pytest.mark.parametrize(
    "id_cell", ["4.85778E+09", "4,85778E+09", "4,85778E09", "1.09E15", "1e+15", "5E+9"]
)
def test_an_id_in_scientific_notation_is_rejected(id_column, id_cell):
    given = {**parse(B12)[0], id_column: id_cell, "=> outcome": "id_in_scientific_notation"}
    judges("lab_result", [given])


@pytest.mark.parametrize("id_cell", ["4857781234", "12E5", "E53.8", "1.5", "A1.2E3B"])
def test_an_id_that_only_looks_like_it_is_taken(id_cell):
    judges("lab_result", [{**parse(B12)[0], "patient_id": id_cell, "=> outcome": "accepted"}])


@pytest.mark.parametrize(
    "value", ["1_000", "1e3", "1.65E+02", "1 650", "0x1F", "١٦٥", "--5", "1.2.3"]
)
def test_a_number_is_in_digits_only(value):
    judges("lab_result", [{**parse(B12)[0], "value": value, "=> outcome": "not_a_number"}])


def test_value_unit_and_flag_in_one_cell():
    judges("lab_result", """
        value                   | unit   | => comparator | => value | => outcome
        ------------------------+--------+---------------+----------+-------------------
        165 pg/mL               |        | =             | 165      | accepted
        165pg/ml                | pg/mL  | =             | 165      | accepted
        122 pmol/L              |        | =             | 165.35514 | accepted
        GREATER THAN 2000 PG/ML |        | >             | 2000     | accepted
        <150 L                  | pg/mL  | <             | 150      | accepted
        < 150 pg/mL L           |        | <             | 150      | accepted
        165*                    | pg/mL  | =             | 165      | accepted
        165 LL                  | pg/mL  | =             | 165      | accepted
        950 h                   | pg/mL  | =             | 950      | accepted
        950 HH                  | pg/mL  | =             | 950      | accepted
        165 pg/mL               | ng/L   | =             | 165      | accepted
        165 pg/mL               | pmol/L | =             | 223.63605 | unit_contradiction
        165 ng/dL               | pg/mL  | =             | 165      | unit_contradiction
        165 ng/dL               |        | =             |          | wrong_scale_unit
        165 furlong             | pg/mL  |               |          | not_a_number
        165 (low)               | pg/mL  |               |          | not_a_number
        165 L                   |        | =             |          | missing_unit
        165 pg/mL see comment   |        |               |          | not_a_number
        ca. 165                 | pg/mL  |               |          | not_a_number
        ~165                    | pg/mL  |               |          | not_a_number
        <>165                   | pg/mL  |               |          | not_a_number
        165 <                   | pg/mL  |               |          | not_a_number
        45210^150               | pg/mL  |               |          | not_a_number
        150 - 180 pg/mL         |        |               |          | range_or_ratio
    """, given="""
        patient_id | code   | collected_at
        ann        | 2132-9 | 2026-01-05
    """)  # fmt: skip


def test_escaped_comparators_are_comparators():
    judges("lab_result", """
        value          | => comparator | => value | => outcome
        ---------------+---------------+----------+-------------
        &lt;150        | <             | 150      | accepted
        &gt; 2000      | >             | 2000     | accepted
        &amp;lt;150    | <             | 150      | accepted
        &#60;150       | <             | 150      | accepted
        &#x3E;=350     | >=            | 350      | accepted
        &le;180        | <=            | 180      | accepted
        &#8805;350     | >=            | 350      | accepted
        &#x2264;180    | <=            | 180      | accepted
        &nbsp;165      |               |          | not_a_number
        &165           |               |          | not_a_number
    """, given=B12)  # fmt: skip


def test_a_unit_code_and_a_printed_unit_that_differ_contradict_each_other():
    judges("lab_result", """
        unit   | unit_printed | => value | => outcome
        -------+--------------+----------+-------------------
        pg/mL  | pg/mL        | 165      | accepted
        pg/mL  | ng/L         | 165      | accepted
        pg/mL  | PG/ML        | 165      | accepted
        pg/mL  | furlong      | 165      | accepted
        pg/mL  | pmol/L       | 165      | unit_contradiction
        pmol/L | pg/mL        | 223.63605 | unit_contradiction
        pg/mL  | ng/dL        | 165      | unit_contradiction
               | pg/mL        | 165      | accepted
        furlong | pg/mL       |          | unknown_unit
    """, given="""
        patient_id | code   | value | collected_at
        ann        | 2132-9 | 165   | 2026-01-05
    """)  # fmt: skip


WITHDRAWN = """
    code    | value              | unit  | specimen | => outcome
    --------+--------------------+-------+----------+------------
    2132-9  | see comment        |       |          | accepted
    2132-9  | hemolyzed          | pg/mL |          | accepted
    2132-9  |                    | pg/mL |          | accepted
    2132-9  | specimen mislabeled|       |          | accepted
    2132-9  | 165                |       |          | accepted
    2132-9  | 165                | ng/dL |          | accepted
    2132-9  | 165                | U/L   |          | accepted
    2132-9  | 150-180            | pg/mL |          | accepted
    2132-9  | 3                  | pg/mL |          | accepted
    2132-9  | 165 pmol/L         | pg/mL |          | accepted
    2132-9  | 165                | pg/mL | urine    | accepted
    31444-3 | pending            |       |          | accepted
"""


@pytest.mark.parametrize("status", ["C", "corrected", "Amended", "A", "X", "cancelled"])
def test_a_correction_or_cancellation_without_a_usable_value_withdraws_the_result_of_its_id(status):
    judges("lab_result", [
        {"patient_id": "ann", "result_id": "r1", "collected_at": "2026-01-05", "status": status, **row,
         "=> status": "withdrawn", "=> value": None, "=> finding": None}
        for row in parse(WITHDRAWN)
    ])  # fmt: skip


def test_without_an_id_or_with_a_value_nothing_is_withdrawn():
    judges("lab_result", """
        status    | result_id | accession_id | value       | collected_at | => status | => outcome
        ----------+-----------+--------------+-------------+--------------+-----------+---------------------------
        corrected |           | a1           | see comment | 2026-01-05   | corrected | pending_or_cancelled_text
        corrected |           |              | 3           | 2026-01-05   | corrected | implausible_value
        cancelled |           | a1           | 165         | 2026-01-05   | cancelled | cancelled
        corrected | r1        |              | 165         | 2026-01-05   | corrected | accepted
        corrected | r1        |              | 165         | someday      | corrected | bad_date
        corrected | r1        |              | hemolyzed   | someday      | withdrawn | accepted
        final     | r1        |              | hemolyzed   | 2026-01-05   | final     | pending_or_cancelled_text
        N         | r1        |              |             | 2026-01-05   | cancelled | cancelled
        O         | r1        |              |             | 2026-01-05   | cancelled | cancelled
        not done  | r1        |              |             | 2026-01-05   | cancelled | cancelled
        P         | r1        |              | hemolyzed   | 2026-01-05   | held      | accepted
    """, given="""
        patient_id | code   | unit
        ann        | 2132-9 | pg/mL
    """)  # fmt: skip


def test_a_retraction_names_by_result_id_by_accession_or_by_analyte_and_instant():
    judges("lab_result", """
        patient_id | code   | result_id | accession_id | collected_at | => status | => outcome
        -----------+--------+-----------+--------------+--------------+-----------+--------------
        ann        | 2132-9 |           |              | 2026-01-05   | retracted | accepted
        ann        | 2132-9 |           |              |              | retracted | missing_date
        ann        |        | r1        |              |              | retracted | accepted
        ann        | 2093-3 | r1        |              |              | retracted | other_analyte
        ann        | XYZ    | r1        |              |              | retracted | unmapped_code
    """, given="status\nentered-in-error")  # fmt: skip


def test_a_held_qualitative_result_without_a_value_has_no_finding():
    judges("lab_result", """
        status | value    | => status | => finding    | => outcome
        -------+----------+-----------+---------------+-----------
        I      |          | held      |               | accepted
        I      | pending  | held      |               | accepted
        P      | positive | held      | positive      | accepted
        U      |          | finalised |               | accepted
        U      | positive | final     | positive      | accepted
    """, given="""
        patient_id | code    | collected_at
        ann        | 31444-3 | 2026-01-05
    """)  # fmt: skip


def test_a_decimal_comma_is_read_where_the_profile_says_so_and_a_point_is_then_unreadable():
    judges("lab_result", """
        value   | reference_low | => value | => value_reported | => outcome
        --------+---------------+----------+-------------------+-------------
        165,5   | 197,0         | 165.5    | 165,5             | accepted
        <150,0  |               | 150      | <150,0            | accepted
        165     |               | 165      | 165               | accepted
        1.650   |               |          | 1.650             | not_a_number
        1.650,0 |               |          | 1.650,0           | not_a_number
        1,5-2,5 |               |          | 1,5-2,5           | range_or_ratio
    """, given=B12, number_marks=",")  # fmt: skip


def test_a_units_local_spelling_is_read_by_the_sites_map():
    con = clinic()
    con.execute("create schema landing")
    con.execute("create table landing.local_unit as select 'pg/mlser' as spelling, 'pg/mL' as unit")
    judges("lab_result", """
        unit      | value | => value | => unit_reported | => outcome
        ----------+-------+----------+------------------+-------------
        pg/ml Ser | 165   | 165      | pg/ml Ser        | accepted
        pg/ml Pla | 165   |          | pg/ml Pla        | unknown_unit
    """, given=B12, con=con)  # fmt: skip


def test_a_deleted_record_needs_no_patient():
    judges("lab_result", """
        patient_id | result_id | status           | => outcome         | => status
        -----------+-----------+------------------+--------------------+----------
                   | o1        | deleted          | accepted           | retracted
                   |           | deleted          | missing_patient_id | retracted
                   | o1        | entered-in-error | missing_patient_id | retracted
    """)  # fmt: skip


def test_a_test_of_another_specimen_is_rejected_and_a_part_of_b12_is_another_analyte():
    "Urine MMA and homocysteine, B12 in fluid; unsaturated binding capacity, transcobalamin, intrinsic factor itself"
    judges("lab_result", """
        code    | value | unit   | => outcome
        25116-5 | 2.1   | umol/L | wrong_specimen
        32287-5 | 0.4   | umol/L | wrong_specimen
        26582-7 | 12    | umol/L | wrong_specimen
        54377-7 | 300   | pg/mL  | wrong_specimen
        2171-7  | 1100  | pg/mL  | other_analyte
        3030-4  | 900   | pg/mL  | other_analyte
        2488-5  | 10    | ng/mL  | other_analyte
        14733-0 | see   |        | comment
        2629-4  | 33    | ug/L   | accepted
        15039-1 | 122   | pmol/L | accepted
    """, given="patient_id | collected_at\nann | 2026-01-05")  # fmt: skip
