"Which entities each source ever delivered, header-only files included; a refused file delivers nothing."

from tests.clinic import clinic, insert, shows


def test_loaded():
    con = clinic(loaded=None)
    insert(con, "lake.delivery", """
        source | entities                 | rows | refused
        lab    | lab_result               | 10   |
        gp     | medication               | 0    |
        gp     | patient                  | 5    |
        meds   | condition¦medication     | 5    |
        bad    | condition                | 5    | the file has no header line
    """)  # fmt: skip
    shows(con, "clinical.loaded_source", """
        source | is_medication_loaded | is_condition_loaded
        lab    | no                   | no
        gp     | yes                  | no
        meds   | yes                  | yes
    """)  # fmt: skip


def test_an_entity_is_loaded_when_half_of_its_rows_are_understood():
    con = clinic(loaded=None)
    insert(con, "lake.delivery", """
        source | entities             | rows
        half   | condition¦medication | 10
        less   | condition¦medication | 10
        two    | condition¦medication | 10
    """)  # fmt: skip
    insert(con, "lake.code_system_count", """
        source | entity     | code_system | rows | rows_understood
        half   | medication | PZN         | 5    | 0
        half   | medication | ATC         | 5    | 5
        less   | medication | PZN         | 6    | 0
        less   | medication | ATC         | 5    | 5
        less   | condition  | ICD-10      | 5    | 5
        two    | condition  | X           | 9    | 0
    """)  # fmt: skip
    shows(con, "clinical.loaded_source", """
        source | is_medication_delivered | is_medication_loaded | is_condition_delivered | is_condition_loaded
        half   | yes                     | yes                  | yes                    | yes
        less   | yes                     | no                   | yes                    | yes
        two    | yes                     | yes                  | yes                    | no
    """)  # fmt: skip
