"The last neurological sign or headache that does not count, and why. Protocol §4, Reasons in full."

from tests.clinic import clinic, insert, shows


def test_what_is_on_file_and_does_not_count_says_why():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | concepts                         | name           | onset_on   | abated_on
        ann        | neuro_peripheral_neuropathy      | Polyneuropathy | 2010-01-01 |
        bob        | neuro_peripheral_neuropathy      | Polyneuropathy | 2010-01-01 | 2020-01-01
        cid        | headache_tierB_primary           | Headache       | 2015-01-01 | 2015-02-01
        dan        | headache_tierB_primary           | Headache       | 2026-01-01 |
        dan        | headache_unrelated_to_b12        |                | 2026-01-10 |
        eve        | headache_tierB_primary           | Headache       | 2015-01-01 |
        fay        | headache_tierB_primary           | Headache       | 2026-01-01 | 2026-01-02
    """)  # fmt: skip
    shows(con, "clinical.uncounted_sign", """
        patient_id | sign
        bob        | Polyneuropathy of 2010-01-01: marked as resolved, so it does not count
        cid        | Headache of 2015-01-01: resolved, and too long ago to count
        dan        | Headache of 2026-01-01: noted on 2026-01-10 as unrelated to B12
    """)  # fmt: skip


def test_migraine_where_it_is_not_counted_as_headache():
    con = clinic("2026-01-31", migraine_is_headache=0)
    insert(con, "lake.condition", """
        patient_id | concepts                         | name     | onset_on
        ann        | headache_tierB_migraine_optional | Migraine | 2026-01-01
    """)  # fmt: skip
    shows(con, "clinical.uncounted_sign", """
        patient_id | sign
        ann        | Migraine of 2026-01-01: migraine is not counted as headache here
    """)  # fmt: skip
