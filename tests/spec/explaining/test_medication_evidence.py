"Medications and their eras as `b12 explain` shows them."

from tests.clinic import build, clinic, holds, insert


def test_medications_are_shown_with_their_eras_and_a_multivitamin_without_strength_decides_nothing():
    con = clinic()
    insert(
        con,
        "lake.medication",
        """
        patient_id | concepts      | name           | start_on   | end_on     | status | route | strength_mg | line
        ann        | b12_mecobalamin | Mecobalamin  | 2026-01-01 | 2026-01-20 | ended  | oral  |             | 21
        ann        | multivitamin  | Multivitamins  | 2026-01-01 | 2026-01-20 | ended  | oral  |             | 22
    """,
    )
    build(con, "explaining.medication_evidence")
    holds(
        con,
        "explaining.medication_evidence",
        """
        fact                 | on_day     | reported         | what                  | standing | line | until_on
        b12_therapy          | 2026-01-01 | until 2026-01-20 | era of 1 record       | era      |      | 2026-01-20
        b12_therapy          | 2026-01-01 | Mecobalamin      | until 2026-01-20      | ended    | 21   | 2026-01-20
        shown, not used      | 2026-01-01 | Multivitamins    | until 2026-01-20      | ended    | 22   | 2026-01-20
    """,
    )
