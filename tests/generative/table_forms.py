"""A population as canonical CSV, and what the other tables share with it."""

import csv
from io import StringIO

from tests.generative.decorations import decorated

HEADER = """format: table
time_zone: UTC
other_columns: ignored
dialect: {delimiter: ',', quote: '"', encoding: utf-8}
"""


def table(columns, rows):
    "Dicts as CSV; a cell that a row lacks is empty"
    text = StringIO()
    writer = csv.DictWriter(text, list(columns), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def as_csv(rows, random):
    "(source, file name, text) of each delivery: one file an entity"
    return [
        ("canonical", f"{entity}.csv", table(some[0], [decorated(random, row) for row in some]))
        for entity, some in rows.items()
        if some
    ]
