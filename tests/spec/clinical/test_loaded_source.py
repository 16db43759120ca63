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
