"Small counts are not shown, and do not follow from those that are"

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from pipeline.worklist.suppression import LEAST, hidden


def line(*numbers):
    "(counts, lines) of parts 0, 1, … and their total"
    parts = list(range(len(numbers)))
    return {**dict(enumerate(numbers)), "total": sum(numbers)}, [(parts, "total")]


def test_one_small_count_takes_the_smallest_other_with_it():
    assert hidden(*line(3, 20, 7, 0)) == {0, 2}


def test_small_counts_that_are_no_small_number_together_need_no_other():
    assert hidden(*line(3, 4, 20)) == {0, 1}
    assert hidden(*line(1, 1, 20, 30)) == {0, 1, 2}
    assert hidden(*line(1, 1, 1, 1, 1, 9)) == {0, 1, 2, 3, 4, 5}, (
        "five in five counts is one in each"
    )


def test_where_there_is_no_other_the_total_goes_too():
    assert hidden(*line(3, 0)) == {0, "total"}
    assert hidden(*line(1, 1, 1, 1, 1)) == {0, 1, 2, 3, 4, "total"}
    assert hidden(*line(20, 0, 7)) == set()


def test_what_is_no_larger_than_a_hidden_count_goes_with_it():
    counts, lines = line(3, 20, 7)
    counts |= {"part of 2": 6, "none of 2": 0, "part of 1": 6}
    parts_of = {2: ["part of 2", "none of 2"], 1: ["part of 1"]}
    assert hidden(counts, lines, parts_of) == {0, 2, "part of 2"}


def table(rows):
    "A table with totals of its rows, its columns and all"
    height, width = range(len(rows)), range(len(rows[0]))
    counts = {(y, x): rows[y][x] for y in height for x in width}
    counts |= {(y, "all"): sum(rows[y]) for y in height} | {("all", x): sum(row[x] for row in rows) for x in width}  # fmt: skip
    counts["all", "all"] = sum(map(sum, rows))
    lines = [([(y, x) for x in width], (y, "all")) for y in (*height, "all")]
    return counts, lines + [([(y, x) for y in height], ("all", x)) for x in (*width, "all")]


@given(st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=2, max_size=3))
def test_of_no_line_of_a_table_a_small_count_follows_from_the_others(rows):
    "Whoever knows all that is shown, and that what is hidden is 1 at least, finds two answers for each small count"
    counts, lines = table(rows)
    out = hidden(counts, lines)
    assert all(key in out for key, number in counts.items() if 0 < number < LEAST)
    assert not any(counts[key] == 0 for key in out)
    for parts, total in lines:
        missing = [key for key in (*parts, total) if key in out]
        if total not in out and missing:
            left = counts[total] - sum(counts[key] for key in parts if key not in out)
            fits = [
                each
                for each in product(range(1, left + 1), repeat=len(missing))
                if sum(each) == left
            ]
            for place, key in enumerate(missing):
                assert counts[key] >= LEAST or len({each[place] for each in fits}) > 1
        elif missing:
            assert len(missing) > 1
