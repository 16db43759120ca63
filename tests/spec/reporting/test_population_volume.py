"reporting.population_volume: how many patients there are, against the run published last"

import pytest

from tests.clinic import AS_OF, insert, shows
from tests.gates import gated


def night(*populations, patients=3):
    con = gated()
    insert(con, "lake.patient", [{"patient_id": f"p{n}"} for n in range(patients)])
    rows = [[f"202601{day:02}T010000Z-{day}", AS_OF, number, 10] for day, number in enumerate(populations, start=1)]
    if rows:
        con.executemany("insert into lake.published_run values ($1, $2, $3, $4)", rows)
    return con


@pytest.mark.parametrize(
    ("before", "last", "ratio"),
    [
        ((), "", ""),  # nothing was published yet
        ((99,), "99", ""),  # few people: one of them weighs too much
        ((100,), "100", "0.03"),
        ((2, 150), "150", "0.02"),  # the last counts
        ((150, 2), "2", ""),
    ],
)
def test_the_ratio_needs_a_run_of_many(before, last, ratio):
    shows(night(*before), "reporting.population_volume", f"""
        patients | patients_before | ratio
        3        | {last}          | {ratio}
    """)  # fmt: skip
