"landing.value_form: numbers, values with a comparator, and others, as they were delivered"

import pytest

from pipeline.engine import create
from tests.clinic import clinic, insert, shows


@pytest.mark.parametrize(
    ("marks", "number", "other"), [(".", "165.5", "165,5"), (",", "165,5", "165.5")]
)
def test_each_value_has_one_form(marks, number, other):
    con = clinic()
    con.execute("create schema landing")
    con.execute(f"create table landing.file as select '{marks}' as number_marks")
    con.execute("create table landing.lab_result (value varchar)")
    values = [number, "12", "<150", " > 2000", "≤5", other, "haemolysed", None]
    insert(con, "landing.lab_result", [{"value": value} for value in values])
    create(con, "landing.value_form")
    shows(con, "landing.value_form", "numbers | censored | others\n2 | 3 | 2")
