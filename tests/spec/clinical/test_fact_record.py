"Each record that a declared fact reads: the answer that it gives, or why it gives none."

from tests.clinic import clinic, insert, shows


def test_each_finding_counts_as_one_sign_or_says_why_not():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | concepts                    | name | onset_on   | abated_on  | line
        ann        | neuro_peripheral_neuropathy | a    | 2010-01-01 |            | 1
        ann        | neuro_peripheral_neuropathy | b    | 2011-01-01 | 2012-01-01 | 2
        ann        | headache_tierB_primary      | c    | 2026-01-01 | 2026-01-02 | 3
        ann        | headache_tierB_primary      | d    | 2015-01-01 |            | 4
        ann        | headache_tierB_primary      | e    | 2015-01-01 | 2016-01-01 | 5
        ann        | neuro_cognitive             | f    | 2015-01-01 |            | 6
        ann        | neuropathy_diabetic         | g    | 2015-01-01 |            | 7
        bob        | headache_tierB_primary      | h    | 2026-01-01 |            | 8
        bob        | headache_unrelated_to_b12   | i    | 2026-01-01 |            | 9
    """)  # fmt: skip
    shows(con, "clinical.fact_record", """
        patient_id | line | answer        | flag                            | uncounted_because
        ann        | 1    | definite      |                                 |
        ann        | 2    |               |                                 | marked as resolved, so it does not count
        ann        | 3    | headache      |                                 |
        ann        | 4    | headache_old  | HEADACHE_NOT_RESOLVED            |
        ann        | 5    |               |                                 | resolved, and too long ago to count
        ann        | 6    | nonspecific   | NEURO_NONSPECIFIC                |
        ann        | 7    | diabetic_only | NEUROPATHY_ATTRIBUTED_TO_DIABETES |
        bob        | 8    |               |                                 | noted 2026-01-01 as unrelated to B12
    """)  # fmt: skip
