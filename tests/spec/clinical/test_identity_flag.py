"clinical.identity_flag: flags that come with a patient's own rows. Protocol §1, Who."

from tests.clinic import clinic, insert, shows


def test_of_birth_death_identity_and_merges():
    con = clinic("2026-01-31")
    insert(con, "lake.patient", """
        patient_id | birth_on   | birth_latest_on | sex    | deceased_on | merged_into
        ann        | 1960-03-01 |                 | female | 1959-12-31  |
        bob        | 1960-03-01 |                 | female |             |
        bob        | 1960-03-01 |                 | male   |             |
        cid        | 1960-01-01 | 1960-12-31      | female |             |
        dan        | 1960-03-01 |                 | male   |             | eve
        eve        | 1960-03-01 |                 | male   |             | dan
        fay        | 1960-03-01 |                 | female | 2025-12-01  |
    """)  # fmt: skip
    insert(con, "lake.patient", "patient_id | is_deleted\ngus | yes")
    shows(con, "clinical.identity_flag", """
        patient_id | flag
        ann        | DEATH_IMPLAUSIBLE
        bob        | IDENTITY_CONFLICT
        cid        | DATE_PARTIAL
        dan        | MERGE_CIRCLE
        eve        | MERGE_CIRCLE
        gus        | PATIENT_DELETED
    """)  # fmt: skip
