"A delivered medication record: typed, coded and judged. An end that cannot be read is a rejection, never no end."

from tests.clinic import judges

GIVEN = """
    patient_id | code_system | code | start_on
    ann        | RXNORM      | 6809 | 2026-01-05
"""


def test_every_reason():
    judges("medication", """
        patient_id | code        | name     | start_on   | end_on     | days_supply | strength_mg | => concepts | => outcome
        -----------+-------------+----------+------------+------------+-------------+-------------+-------------+----------------------------
        ann        | 6809        |          | 2026-01-05 |            |             |             | metformin   | accepted
        ann        | 6809        |          | 2026-01-05 | 2026-06-05 | 30          | 500         | metformin   | accepted
                   | 6809        |          | 2026-01-05 |            |             |             | metformin   | missing_patient_id
        ann        |             |          | 2026-01-05 |            |             |             |             | missing_code
        ann        | 6809        |          |            |            |             |             | metformin   | missing_date
        ann        | 6809        |          | 1.5.26     |            |             |             | metformin   | bad_date
        ann        | 6809        |          | 2026-02-01 |            |             |             | metformin   | accepted
        ann        | 6809        |          | 2026-02-02 |            |             |             | metformin   | future_date
        ann        | 6809        |          | 2026-01-05 |            | 0           |             | metformin   | accepted
        ann        | 6809        |          | 2026-01-05 |            | 36525       |             | metformin   | accepted
        ann        | 1.09023E+15 |          | 2026-01-05 |            |             |             |             | code_in_scientific_notation
        ann        | 999         | aspirin  | 2026-01-05 |            |             |             |             | unmapped_code
    """, given="""
        code_system
        RXNORM
    """)  # fmt: skip


def test_statuses_and_routes():
    judges("medication", """
        medication_id | status           | route         | => status    | => route
        --------------+------------------+---------------+--------------+----------
                      |                  |               | active       | unknown
                      | Active           | IM            | active       | injection
                      | completed        | sc            | ended        | injection
                      | stopped          | intravenous   | ended        | injection
                      | administered     | PO            | administered | oral
                      | on-hold          | sublingual    | not_counted  | oral
                      | not-taken        | nasal         | not_counted  | oral
                      | not-given        | rectal        | not_counted  | unknown
                      | held             |               | not_counted  | unknown
        m1            | entered-in-error |               | retracted    | unknown
                      | never heard of   |               | unknown      | unknown
                      | never taken      |               | not_counted  | unknown
                      | Voided           |               | retracted    | unknown
                      | DISCONTINUED     |               | ended        | unknown
    """, given=GIVEN)  # fmt: skip


def test_an_injectable_product_is_an_injection_unless_its_route_says_otherwise():
    judges(
        "medication",
        """
        code_system | code   | route | => concepts                  | => route
        ------------+--------+-------+------------------------------+----------
        RXNORM      | 317106 |       | b12_hydroxocobalamin_product | injection
        RXNORM      | 317106 | oral  | b12_hydroxocobalamin_product | oral
        HCPCS       | J3420  |       | b12_injection_claim          | injection
        RXNORM      | 5514   |       | b12_hydroxocobalamin         | unknown
    """, given=GIVEN)  # fmt: skip


def test_a_retraction_that_names_its_record_needs_no_date():
    judges("medication", """
        medication_id | start_on | status           | => outcome
        --------------+----------+------------------+-------------
        m1            |          | entered-in-error | accepted
                      |          | entered-in-error | missing_date
    """, given="""
        patient_id | code_system | code
        ann        | RXNORM      | 6809
    """)  # fmt: skip


def test_a_cell_that_cannot_be_read_is_left_out_and_named():
    judges("medication", """
        start_on   | end_on     | days_supply | strength_mg | recorded_at | => start_on | => start_latest_on | => end_on  | => days_supply | => blanked                                      | => outcome
        -----------+------------+-------------+-------------+-------------+-------------+--------------------+------------+----------------+-------------------------------------------------+------------
        2026-01-05 | ongoing    |             |             |             | 2026-01-05  |                    |            |                | end_on                                          | accepted
        2026-01-05 | 9999-12-31 |             |             |             | 2026-01-05  |                    |            |                |                                                 | accepted
        2026-01-05 | 2027       |             |             |             | 2026-01-05  |                    | 2027-12-31 |                |                                                 | accepted
        2026-01-05 |            | a month     |             |             | 2026-01-05  |                    |            |                | days_supply                                     | accepted
        2026-01-05 |            | -30         |             |             | 2026-01-05  |                    |            |                | days_supply                                     | accepted
        2026-01-05 |            | NaN         |             |             | 2026-01-05  |                    |            |                | days_supply                                     | accepted
        2026-01-05 |            | 36526       |             |             | 2026-01-05  |                    |            |                | days_supply                                     | accepted
        2026-01-05 |            | 1e300       | inf         | now         | 2026-01-05  |                    |            |                | days_supply, strength_mg, recorded_at           | accepted
        2019-05    |            |             |             |             | 2019-05-01  | 2019-05-31         |            |                |                                                 | accepted
        1753-01-01 |            |             |             |             |             |                    |            |                |                                                 | bad_date
    """, given=GIVEN)  # fmt: skip


def test_without_a_delivered_route_the_concept_gives_it_else_the_dose_form():
    "A delivered route that is known wins; nasal counts as oral"
    judges("medication", """
        code_system | code            | name                           | route   | => route  | => concepts
        RXNORM      | 309594          |                                |         | injection | b12_cyanocobalamin_injection
        NDC         | 0517-0031-25    |                                |         | injection | b12_cyanocobalamin_injection
        NDC         | 49884-0270-82   |                                |         | oral      | b12_cyanocobalamin_nasal
        BNF         | 0901020D0AAAEAE | Cyanocobalamin_Tab 50mcg       |         | oral      | b12_cyanocobalamin_oral
        BNF         | 0901020D0AAADAD |                                |         | injection | b12_cyanocobalamin_injection
        NAME        | a               | Nascobal                       |         | oral      | b12_cyanocobalamin_nasal
        NAME        | a               | Neo-Cytamen                    |         | injection | b12_hydroxocobalamin_product
        NAME        | a               | Hydroxocobalamin 1 mg amps     |         | injection | b12_hydroxocobalamin
        NAME        | a               | Hydroxocobalamin 1 mg amps     | oral    | oral      | b12_hydroxocobalamin
        NAME        | a               | Hydroxocobalamin 1 mg amps     | as told | injection | b12_hydroxocobalamin
        ATC         | B03BA01         |                                |         | unknown   | b12_cyanocobalamin
        NAME        | a               | cyanocobalamin 50 mcg tabs     |         | oral      | b12_cyanocobalamin
    """, given="patient_id | start_on\nann | 2026-01-05")  # fmt: skip
