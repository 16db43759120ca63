"reporting.recent_lab_file: how far back the results of a small laboratory are put together"

from tests.clinic import shows
from tests.gates import account, b12, gated, published


def files(con, **results):
    "Files of one laboratory, received one a day, each with so many results"
    for day, (name, count) in enumerate(results.items(), start=1):
        account(con, f"sha256 | file | entity | received_at\n{name} | {name} | lab_result | 2026-01-{day:02} 01:00:00+00")  # fmt: skip
        b12(con, [400] * count, file=name)


def test_the_new_files_first_and_then_the_latest_until_they_have_enough():
    con = gated()
    con.execute("update protocol.quality_setting set recent_results = 10")
    files(con, a=6, b=6, c=2, d=3, e=1)
    published(con, "a", "b", "c", "e")
    shows(con, "reporting.recent_lab_file", """
        performing_lab | sha256
        North          | d
        North          | e
        North          | c
        North          | b
    """)  # fmt: skip


def test_a_laboratory_with_enough_new_results_or_without_earlier_ones_has_none():
    con = gated()
    con.execute("update protocol.quality_setting set recent_results = 10")
    files(con, a=6, b=10)
    b12(con, [400] * 2, file="b", lab="South")
    b12(con, [400] * 2, file="a", lab="South")
    published(con, "a")
    shows(con, "reporting.recent_lab_file", "performing_lab | sha256")
