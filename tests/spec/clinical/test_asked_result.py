"The results that fit a line of a declared fact. The lines are added to the shipped protocol."

from tests.clinic import insert, shows
from tests.unit.protocol.declared import own_clinic


def results(**line):
    con = own_clinic(asked={"answers": [{"answer": "yes", **line}], "otherwise": "no"})
    insert(con, "lake.lab_result", """
        patient_id | analyte   | comparator | value | reference_low | reference_high | collected_on
        ann        | mma       | =          | 250   | 50            | 240            | 2025-01-01
        ann        | mma       | =          | 200   | 50            | 240            | 2026-01-01
        bob        | mma       | =          | 240   |               | 240            | 2026-01-01
        cid        | mma       | >          | 240   |               | 240            | 2026-01-01
        dan        | mma       | >=         | 240   |               | 240            | 2026-01-01
        eve        | mma       | =          | 500   |               |                | 2026-01-01
        fay        | mma       | =          | 300   |               | 200            | 2025-06-01
        fay        | mma       | =          | 280   |               | 200            | 2025-09-29
    """)  # fmt: skip
    return con


def test_the_latest_result_above_the_laboratorys_own_limit():
    shows(results(lab="mma", limit="above"), "clinical.asked_result", """
        patient_id | collected_on | recorded
        cid        | 2026-01-01   | MMA >240 nmol/L on 2026-01-01 above the laboratory's own limits
        fay        | 2025-09-29   | MMA 280 nmol/L on 2025-09-29 above the laboratory's own limits
    """)  # fmt: skip


def test_within_the_limits_only_where_every_possible_value_is():
    shows(results(lab="mma", limit="within"), "clinical.asked_result", """
        patient_id | collected_on
        ann        | 2026-01-01
        bob        | 2026-01-01
    """)  # fmt: skip


def test_below_the_lower_limit():
    con = own_clinic(
        asked={
            "answers": [{"answer": "yes", "lab": "total_b12", "limit": "below"}],
            "otherwise": "no",
        }
    )
    insert(con, "lake.lab_result", """
        patient_id | analyte   | comparator | value | reference_low | collected_on
        ann        | total_b12 | =          | 199.9 | 200           | 2026-01-01
        bob        | total_b12 | =          | 200   | 200           | 2026-01-01
        cid        | total_b12 | <          | 200   | 200           | 2026-01-01
        dan        | total_b12 | <=         | 200   | 200           | 2026-01-01
    """)  # fmt: skip
    shows(con, "clinical.asked_result", "patient_id\nann\ncid")


def test_any_result_in_words_of_the_band():
    shows(results(lab="mma", words=["raised"], reads="any"), "clinical.asked_result", """
        patient_id | collected_on
        eve        | 2026-01-01
        fay        | 2025-06-01
        fay        | 2025-09-29
    """)  # fmt: skip


def test_two_results_apart_of_which_one_is_the_latest():
    for days, patients in ((120, ["fay"]), (121, [])):
        shows(
            results(lab="mma", words=["raised"], reads="two_apart", apart_days=days),
            "clinical.asked_result",
            "\n".join(["patient_id", *patients]),
        )
    later = results(lab="mma", words=["raised"], reads="two_apart", apart_days=10)
    insert(later, "lake.lab_result", """
        patient_id | analyte | value | collected_on
        fay        | mma     | 100   | 2026-01-02
    """)  # fmt: skip
    shows(later, "clinical.asked_result", "patient_id")


def test_of_two_results_of_one_line_the_deciding_one_alone_is_the_latest():
    "A message or a report may hold several; another file may have the name of an earlier one"
    con = own_clinic(
        above={"answers": [{"answer": "yes", "lab": "total_b12", "words": ["above"]}], "otherwise": "no"},
        low={"answers": [{"answer": "yes", "lab": "total_b12", "words": ["low"]}], "otherwise": "no"},
    )  # fmt: skip
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on | file | sha256 | line | place
        ann        | total_b12 | 400   | 2026-01-01   | a    | x      | 7    | 1
        ann        | total_b12 | 150   | 2026-01-01   | a    | x      | 7    | 2
        bob        | total_b12 | 400   | 2026-01-01   | a    | x      | 8    | 0
        bob        | total_b12 | 150   | 2026-01-01   | a    | y      | 8    | 0
    """)  # fmt: skip
    shows(con, "clinical.asked_result", """
        patient_id | fact | recorded
        ann        | low  | B12 150 pg/mL on 2026-01-01
        bob        | low  | B12 150 pg/mL on 2026-01-01
    """)  # fmt: skip
