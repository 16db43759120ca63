"What the protocol's tables call a code that came without a name."

from tests.clinic import clinic, insert, shows


def test_the_longest_row_that_covers_the_code():
    con = clinic()
    insert(con, "lake.condition", """
        patient_id | concepts                    | code_system | code   | name          | onset_on
        ann        | headache_tierB_primary      | ICD10CM     | R51.9  |               | 2026-01-01
        ann        | headache_tierB_primary      | ICD10       | r519   |               | 2026-01-01
        ann        | neuro_peripheral_neuropathy | ICD10CM     | G62.9  | Nerve trouble | 2026-01-01
        ann        |                             | ICD10CM     | Q00    |               | 2026-01-01
        ann        | pernicious_anaemia          | LOCAL       | mine   |               | 2026-01-01
        ann        | neuro_peripheral_neuropathy | icd-10-cm   | G629   |               | 2026-01-01
        ann        | neuro_paraesthesia_sensory  | ""          | r20.2  |               | 2026-01-01
    """)  # fmt: skip
    con.execute("update lake.condition set code_system = null where code_system = ''")
    shows(con, "clinical.code_name", """
        code_system | code  | name
        ICD10CM     | R51.9 | Headache, unspecified
        ICD10       | r519  | Headache, unspecified
        icd-10-cm   | G629  | Polyneuropathy, unspecified
                    | r20.2 | Paresthesia of skin
    """)  # fmt: skip


def test_a_code_that_stands_for_another_concept_elsewhere_has_its_own_name():
    "As two sources map it: the name for one patient does not depend on who else is there"
    con = clinic()
    insert(con, "lake.condition", """
        patient_id | concepts               | code_system | code | onset_on
        ann        | headache_tierB_primary | ""          | r519 | 2026-01-01
        bob        | pernicious_anaemia     | ""          | r519 | 2026-01-01
    """)  # fmt: skip
    con.execute("update lake.condition set code_system = null")
    shows(con, "clinical.code_name", """
        code | concepts               | name
        r519 | headache_tierB_primary | Headache, unspecified
    """)  # fmt: skip
