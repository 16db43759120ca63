"The declared facts that have a column are those that the SELECTs fill: the list and the SQL say the same."

import re

import pytest

from pipeline.core import SQL
from pipeline.protocol.facts import SHARED


@pytest.mark.parametrize(
    ("relation", "column"),
    [
        ("patient_fact", r"coalesce\(declared_fact\.(\w+), unfilled_fact\.\1\) as \1\b"),
        ("declared_fact", r"any_value\(answer\) filter \(fact = '(\w+)'\) as \1\b"),
    ],
)
def test_each_has_its_column_and_no_other_has_one(relation, column):
    text = (SQL / "clinical" / f"{relation}.sql").read_text(encoding="utf-8")
    assert sorted(re.findall(column, text)) == sorted(SHARED)
