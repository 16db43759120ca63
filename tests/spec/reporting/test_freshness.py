"reporting.freshness: the newest day of each source and entity"

from tests.clinic import insert, shows
from tests.gates import gated


def test_the_newest_day_against_the_as_of_date_and_the_day_of_screening():
    con = gated(as_of="2026-01-31", screened_at="2026-01-31 20:00:00+00")
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on | source
        ann        | total_b12 | 200   | 2026-01-03   | east
        ann        | total_b12 | 200   | 2026-01-21   | east
        ann        | total_b12 | 200   | 2026-01-31   | west
    """)  # fmt: skip
    insert(con, "lake.medication", """
        patient_id | concepts  | start_on   | source
        ann        | metformin | 2026-02-03 | west
    """)  # fmt: skip
    shows(con, "reporting.freshness", """
        source | entity     | newest_on  | days_old | days_ahead
        east   | lab_result | 2026-01-21 | 10       | -11
        west   | lab_result | 2026-01-31 | 0        | -1
        west   | medication | 2026-02-03 | -3       | 2
    """)  # fmt: skip


def test_results_are_old_after_a_week_and_records_after_a_month():
    con = gated(as_of="2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on | source
        ann        | total_b12 | 200   | 2026-01-24   | east
        ann        | total_b12 | 200   | 2026-01-23   | west
    """)  # fmt: skip
    insert(con, "lake.condition", """
        patient_id | concepts   | onset_on   | source
        ann        | vegan_diet | 2025-12-31 | east
        ann        | vegan_diet | 2025-12-30 | west
    """)  # fmt: skip
    shows(con, "reporting.freshness", """
        source | entity     | days_old | is_old
        east   | lab_result | 7        | no
        west   | lab_result | 8        | yes
        east   | condition  | 31       | no
        west   | condition  | 32       | yes
    """)  # fmt: skip


def test_tomorrow_has_begun_east_of_greenwich():
    con = gated(screened_at="2026-01-31 10:00:00+00")
    insert(con, "lake.procedure", """
        patient_id | concepts    | performed_on
        ann        | gastrectomy | 2026-02-01
    """)  # fmt: skip
    shows(con, "reporting.freshness", """
        entity    | days_ahead
        procedure | 0
    """)  # fmt: skip


def test_a_retraction_is_not_news():
    con = gated()
    insert(con, "lake.lab_result", """
        patient_id | analyte   | result_id | status    | collected_on
        ann        | total_b12 | r1        | retracted | 2125-01-01
    """)  # fmt: skip
    shows(con, "reporting.freshness", """
        entity
    """)  # fmt: skip


def test_retractions_of_every_entity_are_left_out():
    con = gated(as_of="2026-01-31", screened_at="2026-01-31 20:00:00+00")
    insert(
        con,
        "lake.medication",
        [
            {
                "patient_id": "ann",
                "concepts": "metformin",
                "start_on": "2126-01-01",
                "status": "retracted",
            }
        ],
    )
    insert(
        con,
        "lake.condition",
        [{"patient_id": "ann", "concepts": "ckd", "onset_on": "2126-01-01", "status": "retracted"}],
    )
    insert(
        con,
        "lake.procedure",
        [
            {
                "patient_id": "ann",
                "concepts": "ckd",
                "performed_on": "2126-01-01",
                "status": "retracted",
            }
        ],
    )
    shows(con, "reporting.freshness", "source | entity | newest_on")
