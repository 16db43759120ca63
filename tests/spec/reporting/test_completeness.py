"reporting.completeness: which columns of the accepted rows are filled"

from tests.clinic import insert, shows
from tests.gates import gated


def test_patients_by_source():
    con = gated()
    insert(con, "lake.patient", """
        source | patient_id | birth_on   | sex     | site
        east   | ann        | 1950-01-01 | female  | Hill
        east   | bob        |            | unknown | Hill
        west   | cid        | 1960-01-01 | male    |
    """)  # fmt: skip
    shows(con, "reporting.completeness", """
        source | entity  | column_name | rows | filled | share
        east   | patient | birth_on    | 2    | 1      | 0.5
        east   | patient | sex         | 2    | 1      | 0.5
        east   | patient | site        | 2    | 2      | 1
        west   | patient | birth_on    | 1    | 1      | 1
        west   | patient | sex         | 1    | 1      | 1
        west   | patient | site        | 1    | 0      | 0
    """)  # fmt: skip


def test_lab_results():
    con = gated()
    insert(con, "lake.lab_result", """
        patient_id | analyte                   | value | finding  | collected_on | reported_at         | performing_lab | accession_id | result_id | specimen | status
        ann        | total_b12                 | 200   |          | 2026-01-01   | 2026-01-02 00:00:00 | North          | a1           | r1        | serum    | final
        ann        | intrinsic_factor_antibody |       | negative | 2026-01-01   |                     |                |              | r2        | unknown  | final
        ann        |                           |       |          |              |                     |                |              | r2        |          | retracted
    """)  # fmt: skip
    shows(con, "reporting.completeness", """
        entity     | column_name    | rows | filled
        lab_result | unit           | 2    | 1
        lab_result | collected_at   | 2    | 2
        lab_result | reported_at    | 2    | 1
        lab_result | performing_lab | 2    | 1
        lab_result | accession_id   | 2    | 1
        lab_result | result_id      | 2    | 2
        lab_result | specimen       | 2    | 1
    """)  # fmt: skip


def test_medications_conditions_procedures():
    con = gated()
    insert(con, "lake.medication", """
        patient_id | concepts  | start_on   | end_on     | days_supply | route   | strength_mg
        ann        | metformin | 2026-01-01 | 2026-02-01 |             | oral    | 500
        ann        | metformin | 2026-01-01 |            | 30          | unknown |
        ann        | metformin | 2026-01-01 |            |             | unknown |
    """)  # fmt: skip
    insert(
        con,
        "lake.condition",
        "patient_id | concepts | onset_on | condition_id\nann | ckd | 2026-01-01 | c1\nann | ckd | 2026-01-01 |",
    )
    insert(
        con,
        "lake.procedure",
        "patient_id | concepts | performed_on\nann | gastrectomy | 2026-01-01",
    )
    shows(con, "reporting.completeness", """
        entity     | column_name           | rows | filled | share
        medication | start_on              | 3    | 3      | 1
        medication | end_on or days_supply | 3    | 2      | 0.6667
        medication | route                 | 3    | 1      | 0.3333
        medication | strength_mg           | 3    | 1      | 0.3333
        condition  | onset_on              | 2    | 2      | 1
        condition  | condition_id          | 2    | 1      | 0.5
        procedure  | performed_on          | 1    | 1      | 1
    """)  # fmt: skip


def test_retractions_say_no_more_than_what_they_name():
    con = gated()
    for entity, day in (
        ("medication", "start_on"),
        ("condition", "onset_on"),
        ("procedure", "performed_on"),
    ):
        insert(
            con,
            f"lake.{entity}",
            [{"patient_id": "ann", "concepts": "ckd", day: "2026-01-01", "status": "retracted"}],
        )
    shows(con, "reporting.completeness", "source | entity | column_name")
