"Age, death and opting out, after merges."

from tests.clinic import clinic, insert, shows


def test_several_rows_of_one_patient():
    con = clinic()
    insert(con, "lake.patient", """
        patient_id | birth_on   | deceased_on | is_opted_out | merged_into
        ann        | 1950-01-01 |             | no           |
        ann        | 1951-01-01 |             | yes          |
        bob        |            | 2025-01-01  | no           |
        bob        | 1960-01-01 | 2024-01-01  | no           |
        cid        | 1970-01-01 |             | no           |
        old        | 1930-01-01 | 2025-05-05  | yes          | cid
        dan        |            |             | no           |
        older      | 1931-01-01 |             | no           | dan
    """)  # fmt: skip
    shows(con, "clinical.demography", """
        patient_id | born_on    | died_on    | is_opted_out
        ann        | 1950-01-01 |            | yes
        bob        | 1960-01-01 | 2024-01-01 | no
        cid        | 1970-01-01 | 2025-05-05 | yes
        dan        | 1931-01-01 |            | no
    """)  # fmt: skip


def test_a_patient_belongs_to_the_site_that_was_named_last():
    "Not to the last in the alphabet; a row without a site changes nothing, and a merged id counts where the surviving one has none"
    con = clinic()
    insert(con, "lake.patient", """
        patient_id | site  | recorded_at         | merged_into
        ann        | South | 2026-01-01T08:00:00 |
        ann        | North | 2026-01-02T08:00:00 |
        ann        |       | 2026-01-03T08:00:00 |
        bob        | North | 2026-01-01T08:00:00 |
        old        | South | 2026-01-05T08:00:00 | bob
        cid        |       | 2026-01-05T08:00:00 |
        older      | West  | 2026-01-01T08:00:00 | cid
        dan        | East  |                     |
        dan        | North |                     |
        eve        |       |                     |
    """)  # fmt: skip
    shows(con, "clinical.demography", """
        patient_id | site
        ann        | North
        bob        | North
        cid        | West
        dan        | North
        eve        |
    """)  # fmt: skip


def test_a_birth_known_as_a_year_has_two_ends_and_the_most_exact_one_counts():
    con = clinic()
    insert(con, "lake.patient", """
        patient_id | birth_on   | birth_latest_on | source
        ann        | 1960-01-01 | 1960-12-31      | ehr
        bob        | 1960-01-01 | 1960-12-31      | ehr
        bob        | 1960-03-01 |                 | lab
    """)  # fmt: skip
    shows(con, "clinical.demography", """
        patient_id | born_on    | born_latest_on | is_identity_conflicting
        ann        | 1960-01-01 | 1960-12-31     | no
        bob        | 1960-03-01 | 1960-03-01     | no
    """)  # fmt: skip


def test_two_birth_dates_that_exclude_each_other_or_two_sexes_are_a_conflict():
    con = clinic()
    insert(con, "lake.patient", """
        patient_id | birth_on   | birth_latest_on | sex
        ann        | 1960-03-01 |                 | female
        ann        | 1961-03-01 |                 | female
        bob        | 1960-01-01 | 1960-12-31      | male
        bob        | 1961-03-01 |                 | male
        cid        | 1960-03-01 |                 | male
        cid        | 1960-03-01 |                 | female
        dan        | 1960-03-01 |                 | male
        dan        |            |                 | unknown
        eve        | 1960-03-01 |                 | female
    """)  # fmt: skip
    insert(con, "lake.patient", "patient_id | birth_on | merged_into\nold | 1961-03-01 | eve")
    shows(con, "clinical.demography", """
        patient_id | is_identity_conflicting
        ann        | yes
        bob        | yes
        cid        | yes
        dan        | no
        eve        | no
    """)  # fmt: skip


def test_ids_merged_into_an_id_without_a_row_must_not_exclude_each_other():
    con = clinic()
    insert(con, "lake.patient", """
        patient_id | birth_on   | sex    | merged_into
        a1         | 1950-02-03 | female | --
        a2         | 1961-05-06 | female | --
        b1         | 1950-02-03 | female | undefined
        b2         | 1950-02-03 | male   | undefined
        c1         | 1950-02-03 | female | cid
        c2         | 1950-02-03 |        | cid
        d1         | 1950-02-03 | female | dan
        d2         | 1961-05-06 | male   | dan
        dan        | 1950-02-03 | female |
    """)  # fmt: skip
    shows(con, "clinical.demography", """
        patient_id | is_identity_conflicting
        --         | yes
        undefined  | yes
        cid        | no
        dan        | no
    """)  # fmt: skip


def test_a_death_before_the_birth_does_not_count_and_one_without_a_date_does():
    con = clinic()
    insert(con, "lake.patient", """
        patient_id | birth_on   | deceased_on | is_deceased
        ann        | 1960-03-01 | 1959-12-31  | yes
        bob        | 1960-03-01 |             | yes
        cid        |            | 1959-12-31  | yes
        dan        | 1960-03-01 | 1960-03-01  | yes
    """)  # fmt: skip
    shows(con, "clinical.demography", """
        patient_id | died_on    | is_dead_undated | is_death_implausible
        ann        |            | no              | yes
        bob        |            | yes             | no
        cid        | 1959-12-31 | no              | no
        dan        | 1960-03-01 | no              | no
    """)  # fmt: skip


def test_a_patient_is_deleted_when_a_source_said_so_last():
    con = clinic()
    insert(con, "lake.patient", """
        patient_id | is_deleted | recorded_at | source
        gone       | no         | 2026-01-01  | ehr
        gone       | yes        | 2026-01-05  | ehr
        back       | yes        | 2026-01-01  | ehr
        back       | no         | 2026-01-05  | ehr
        silent     | yes        | 2026-01-01  | ehr
        silent     |            | 2026-01-05  | ehr
    """)  # fmt: skip
    shows(con, "clinical.demography", """
        patient_id | is_deleted
        gone       | yes
        back       | no
        silent     | yes
    """)  # fmt: skip
    shows(con, "clinical.patient_fact", """
        patient_id | scope
        gone       | opted_out
        back       | age_unknown
        silent     | opted_out
    """)  # fmt: skip
    shows(con, "clinical.evidence_flag", """
        patient_id | flag
        gone       | PATIENT_DELETED
        silent     | PATIENT_DELETED
    """)  # fmt: skip


def test_a_patient_is_dead_opted_out_or_deleted_when_any_source_says_so_last():
    con = clinic()
    insert(con, "lake.patient", """
        patient_id | is_deceased | deceased_on | is_opted_out | is_deleted | recorded_at | source
        ann        | no          |             | no           | no         | 2026-01-05  | ehr
        ann        | yes         | 2026-01-01  | yes          | yes        | 2026-01-02  | registry
        bob        | yes         | 2026-01-01  | yes          | yes        | 2026-01-02  | ehr
        bob        | no          |             | no           | no         | 2026-01-05  | ehr
    """)  # fmt: skip
    shows(con, "clinical.demography", """
        patient_id | died_on    | is_opted_out | is_deleted
        ann        | 2026-01-01 | yes          | yes
        bob        |            | no           | no
    """)  # fmt: skip
