"""What a cell holds: the words by which other tools write that there is nothing."""

from pipeline.engine import quoted_text


def define_filled(con, words):
    """Create the macro `filled(cell)`: a cell, or null where it holds one of these words, by which
    other tools write that there is nothing."""
    listed = ", ".join(map(quoted_text, ["", *sorted(word.lower() for word in words)]))
    con.execute(
        f"create or replace macro filled(cell) as case when lower(cell) not in ({listed}) then cell"
        " end"
    )
