"How bad a word of a band is: the smaller, the worse."

from tests.clinic import clinic, shows


def test_the_worse_end_first_and_a_doubt_beside_the_end_that_it_may_reach():
    shows(clinic(), "clinical.word_severity", """
        analyte      | word           | severity
        total_b12    | low            | 0
        total_b12    | uncertain_low  | 0.5
        total_b12    | low_molar_only | 1
        total_b12    | borderline     | 2
        total_b12    | uncertain      | 2.5
        total_b12    | above          | 3
        active_b12   | low            | 0
        active_b12   | indeterminate  | 1
        active_b12   | above          | 2
        mma          | not_raised     | 1
        mma          | raised         | 0
        homocysteine | below_10       | 1
        homocysteine | at_or_above_10 | 0
        egfr         | below_60       | 0
        egfr         | at_or_above_60 | 1
    """)  # fmt: skip
