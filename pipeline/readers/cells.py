"""What a cell holds: the words by which other tools write that there is nothing."""

from pipeline.engine import quoted_text


def define_filled(con, words):
    """Create the macro `filled(cell)`: a cell, or null where it holds one of these words, by which
    other tools write that there is nothing.

    A list, not `in (…)`: of that DuckDB makes a join, which is run even when the cell is not read.
    """
    spelled = ["", *sorted(word.lower() for word in words)]
    listed = ", ".join(map(quoted_text, spelled))
    longest = max(len(word.encode()) for word in spelled)
    con.execute(
        f"create or replace macro filled(cell) as case when strlen(cell) > {longest} or not"
        f" list_contains([{listed}], lower(cell)) then cell end"
    )
