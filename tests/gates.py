"""A clinic with what the gates need besides: when it was screened, and what earlier runs published."""

import json
from math import exp
from statistics import NormalDist

from tests.clinic import AS_OF, clinic, insert, parse


def gated(as_of=AS_OF, screened_at=f"{AS_OF} 20:00:00+00"):
    """A clinic without deliveries and without a published run."""
    con = clinic(as_of, loaded=None)
    con.execute(
        "create or replace table protocol.run as select $1::date as as_of, $2::timestamptz as screened_at",
        [as_of, screened_at],
    )
    con.execute("create or replace table lake.published_delivery (source varchar, sha256 varchar)")
    con.execute("create or replace table lake.published_patient (patient_id varchar)")
    con.execute(
        "create or replace table lake.published_run (run_id varchar, as_of date, patients bigint, worklist bigint)"
    )
    return con


def with_new_file():
    """A clinic with the published file `old.csv` of 300 results, and the account of `new.csv`, of which the results
    are still to be delivered."""
    con = gated()
    account(con, """
        sha256  | file    | entity     | accepted | rejected
        old.csv | old.csv | lab_result | 300      |
        new.csv | new.csv | lab_result | 60       | bad_date 1
    """)  # fmt: skip
    b12(con, skewed(300), file="old.csv")
    published(con, "old.csv")
    return con


def published(con, *files):
    """Name files, by their SHA-256, that an earlier published run contained."""
    con.executemany(
        "insert into lake.published_delivery values ('canonical', $1)", [[file] for file in files]
    )


def published_runs(con, *worklists):
    """Earlier published runs with worklists of these lengths, the newest last."""
    if not worklists:
        return
    rows = [
        [f"202601{day:02}T010000Z-{day}", AS_OF, 60, worklist]
        for day, worklist in enumerate(worklists, start=1)
    ]
    con.executemany("insert into lake.published_run values ($1, $2, $3, $4)", rows)


def account(con, text):
    """Insert deliveries from a text table; rejected and skipped are written `reason 3, reason 4`; rows add up."""
    for row in parse(text):
        counts = {name: _counts(row.get(name)) for name in ("rejected", "skipped")}
        numbers = {name: int(row.get(name) or 0) for name in ("accepted", "duplicates")}
        rows = sum(numbers.values()) + sum(n for found in counts.values() for n in found.values())
        full = {
            "rows": rows,
            **row,
            **numbers,
            **{name: json.dumps(found) for name, found in counts.items()},
        }
        insert(con, "lake.delivery", [full])


def reject(con, file, reason, rows):
    """Rows of a new file that were rejected, one by one; its account says so already."""
    one = {"sha256": file, "file": file, "rejected_because": reason, "is_deciding": True}
    insert(con, "lake.rejected_row", [one] * rows)


def _counts(cell):
    return (
        {word: int(number) for word, number in (part.split() for part in cell.split(","))}
        if cell
        else {}
    )


def skewed(n, median=500.0, spread=0.5):
    """n B12 results as a laboratory has them: log-normal, the median as given."""
    return [median * exp(spread * NormalDist().inv_cdf((place + 0.5) / n)) for place in range(n)]


def b12(
    con, values, *, file="new.csv", lab="North", unit="pg/mL", factor=1, status="final", name=""
):
    """Deliver total B12 results, as the laboratory printed them; `factor` converts the unit into pg/mL."""
    ids = [f"{file}{lab}{name}{place}" for place in range(len(values))]
    numbers = [[f"{value * factor:.6f}" for value in values], [f"{value:.6f}" for value in values]]
    con.execute(
        "insert into lake.lab_result (place, source, sha256, file, line, patient_id, result_id, analyte, unit, comparator, "
        "value, value_reported, status, collected_at, collected_on, performing_lab, is_unit_code_disagree) "
        "select 0, 'canonical', $1, $1, generate_subscripts($2, 1) + 1, unnest($2), unnest($2), 'total_b12', $3, '=', "
        "unnest($4), unnest($5), $6, '2026-01-30 08:00:00+00', '2026-01-30', $7, false",
        [file, ids, unit, *numbers, status, lab],
    )  # fmt: skip
