"bucket.follow_up: when a patient's B12 status was tested, and when B12 was given or prescribed"

from tests.clinic import insert, shows
from tests.gates import gated


def test_a_test_is_any_usable_result_and_says_whether_it_is_normal():
    "An edge that a censored result crosses decides nothing; of two on one day one that is normal is enough, unless the other contradicts it"
    con = gated()
    insert(con, "lake.lab_result", """
        patient_id | analyte      | comparator | value | collected_on | status
        ann        | total_b12    | =          | 350   | 2026-01-10   |
        ann        | total_b12    | =          | 351   | 2026-01-11   |
        ann        | total_b12    | >=         | 340   | 2026-01-12   |
        bob        | active_b12   | =          | 24    | 2026-01-10   |
        bob        | active_b12   | =          | 25    | 2026-01-11   |
        cyn        | mma          | =          | 272   | 2026-01-10   |
        cyn        | mma          | =          | 271   | 2026-01-11   |
        dan        | total_b12    | =          | 100   | 2026-01-10   |
        dan        | mma          | =          | 100   | 2026-01-10   |
        dan        | total_b12    | =          | 300   | 2026-01-11   |
        dan        | mma          | =          | 100   | 2026-01-11   |
        dan        | total_b12    | =          | 900   | 2026-01-12   |
        dan        | mma          | =          | 400   | 2026-01-12   |
        eve        | homocysteine | =          | 5     | 2026-01-10   |
        fay        | total_b12    | =          | 400   | 2026-01-10   | held
        gus        | total_b12    | =          | 400   | 2026-02-10   |
    """)  # fmt: skip
    shows(con, "bucket.follow_up", """
        patient_id | kind | happened_on | is_normal
        ann        | test | 2026-01-10  | no
        ann        | test | 2026-01-11  | yes
        ann        | test | 2026-01-12  | no
        bob        | test | 2026-01-10  | no
        bob        | test | 2026-01-11  | yes
        cyn        | test | 2026-01-10  | no
        cyn        | test | 2026-01-11  | yes
        dan        | test | 2026-01-10  | no
        dan        | test | 2026-01-11  | yes
        dan        | test | 2026-01-12  | no
    """)  # fmt: skip


def test_a_treatment_is_every_start_of_b12_and_what_merged_ids_hold_counts_for_the_patient():
    con = gated()
    insert(con, "lake.patient", """
        patient_id | merged_into
        ann        |
        old        | ann
    """)  # fmt: skip
    insert(con, "lake.medication", """
        patient_id | concepts             | start_on   | end_on     | status
        ann        | b12_hydroxocobalamin | 2026-01-02 | 2026-01-02 |
        ann        | b12_hydroxocobalamin | 2026-01-02 | 2026-01-05 |
        old        | b12_cyanocobalamin   | 2026-01-09 |            |
        bob        | metformin            | 2026-01-02 |            |
        cyn        | b12_hydroxocobalamin | 2026-01-02 |            | unknown
    """)  # fmt: skip
    insert(con, "lake.procedure", """
        patient_id | concepts            | performed_on
        dan        | b12_injection_claim | 2026-01-07
    """)  # fmt: skip
    shows(con, "bucket.follow_up", """
        patient_id | kind      | happened_on | is_normal
        ann        | treatment | 2026-01-02  |
        ann        | treatment | 2026-01-09  |
        dan        | treatment | 2026-01-07  |
    """)  # fmt: skip
