"worklist.outcome: what followed the day on which a patient was identified"

from tests.clinic import holds, insert
from tests.episodes import built, episodes, happened


def test_tests_and_treatment_count_until_the_next_episode_begins_whether_it_is_closed_or_not():
    con = episodes()
    happened(con, """
        item_id | kind     | from_status | to_status | told_at
        1       | opened   |             | open      | 2026-01-01
        1       | resolved | open        | resolved  | 2026-01-10
        1       | reopened | resolved    | open      | 2026-02-01
        2       | opened   |             | open      | 2026-01-01
        3       | opened   |             | open      | 2026-01-01
        4       | opened   |             | open      | 2026-01-01
    """)  # fmt: skip
    insert(con, "worklist.follow_up", """
        patient_id | kind      | happened_on | is_normal
        p1         | treatment | 2026-01-09  |
        p1         | test      | 2026-01-20  | yes
        p1         | test      | 2026-02-20  | no
        p2         | test      | 2026-01-01  | yes
        p2         | treatment | 2026-01-01  |
        p3         | treatment | 2025-12-31  |
        p3         | test      | 2026-01-05  | yes
        p4         | treatment | 2026-01-02  |
        p4         | test      | 2026-01-02  | yes
        p4         | test      | 2026-01-03  | no
        p4         | test      | 2026-01-04  | yes
    """)  # fmt: skip
    holds(built(con), "worklist.outcome", """
        patient_id | identified_on | tested_on  | treated_on | normalised_on | closed_on  | closed_as
        p1         | 2026-01-01    | 2026-01-20 | 2026-01-09 | 2026-01-20    | 2026-01-10 | resolved
        p1         | 2026-02-01    | 2026-02-20 |            |               |            |
        p2         | 2026-01-01    |            | 2026-01-01 |               |            |
        p3         | 2026-01-01    | 2026-01-05 |            |               |            |
        p4         | 2026-01-01    | 2026-01-02 | 2026-01-02 | 2026-01-04    |            |
    """)  # fmt: skip


def test_the_patient_is_described_as_at_identification_and_whoever_opted_out_is_left_out():
    "What an earlier run kept of the episode stays; a patient turns 40 on the birthday"
    con = episodes()
    insert(con, "worklist.person", """
        id | patient_id | site  | sex    | born_on    | priority | action    | severity | is_opted_out
        1  | ann        | North | female | 1986-01-01 | 3        | ORDER_MMA | 7        | no
        2  | bob        |       |        | 1986-01-02 | 2        | ORDER_B12 | 8        | no
        3  | out        | North | male   | 1950-01-01 | 1        | ORDER_B12 | 9        | yes
        4  | cid        | North | male   | 1946-01-01 | 1        | ORDER_B12 | 9        | no
        5  | dee        | North | male   |            | 1        | ORDER_B12 | 9        | no
    """)  # fmt: skip
    happened(con, [{"item_id": each, "kind": "opened", "to_status": "open", "told_at": "2026-01-01"} for each in range(1, 6)])  # fmt: skip
    insert(con, "worklist.known_outcome", """
        id | priority | action         | severity
        1  | 1        | TREAT_IM_NEURO | 2
    """)  # fmt: skip
    holds(built(con), "worklist.outcome", """
        patient_id | site  | sex     | age_band    | priority | action         | severity
        ann        | North | female  | 40 to 64    | 1        | TREAT_IM_NEURO | 2
        bob        | ""    | unknown | under 40    | 2        | ORDER_B12      | 8
        cid        | North | male    | 80 and over | 1        | ORDER_B12      | 9
        dee        | North | male    | unknown     | 1        | ORDER_B12      | 9
    """)  # fmt: skip
