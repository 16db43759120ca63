"A delivered procedure: typed, coded and judged."

from tests.clinic import judges


def test_every_reason():
    judges("procedure", """
        patient_id | procedure_id | code_system | code        | performed_on | status           | => status   | => outcome
        -----------+--------------+-------------+-------------+--------------+------------------+-------------+---------------------------
        ann        |              | CPT4        | 43644       | 2026-01-05   |                  | counted     | accepted
        ann        |              | CPT         | 43644       | 2026-01-05   | completed        | counted     | accepted
        ann        |              | CPT4        | 43644       | 2026-01-05   | not-done         | refuted     | accepted
        ann        |              | CPT4        | 43644       | 2026-02-01   | completed        | counted     | accepted
        ann        |              | CPT4        | 43644       | 2026-02-02   | completed        | counted     | future_date
        ann        |              | CPT4        | 43644       | soon         | completed        | counted     | bad_date
        ann        |              | CPT4        | 43644       |              | completed        | counted     | missing_date
        ann        |              | CPT4        |             | 2026-01-05   | completed        | counted     | missing_code
                   |              | CPT4        | 43644       | 2026-01-05   | completed        | counted     | missing_patient_id
        ann        |              | SNOMEDCT    | 4.43906E+08 | 2026-01-05   | completed        | counted     | code_in_scientific_notation
        ann        |              | CPT4        | 99213       | 2026-01-05   | completed        | counted     | unmapped_code
        ann        |              | CPT4        | 82607       | 2026-01-05   | completed        | counted     | order_code
        ann        | p1           | CPT4        | 43644       |              | entered-in-error | retracted   | accepted
        ann        |              | HCPCS       | J3420       | 2026-01-05   | completed        | counted     | accepted
    """)  # fmt: skip
