"""What a reader returns: how the landed records become rows of the entities, and how many rows
there are to account for."""

from dataclasses import dataclass

LINES = (
    2**40
)  # more than any file has: those of file n of a batch begin above n * LINES (macros.sql)


@dataclass(frozen=True)
class Loaded:
    """The SELECTs that make rows of the entities out of what a reader landed.

    selects: entity -> SELECT. Its columns are canonical columns of the entity as text (what it
    leaves out is null) and `line`; it may give `codings` (a list of `{system, code, name}`,
    preferred first) in place of code, code_system and name, and `shifted_days`. rows: how many rows
    the file holds, counted by the reader itself; broken records, which are in `landing.ragged
    (line)`, included. other: how many of them are of no entity (skipped as other_message); None
    where the SELECTs decide it. not_understood: how many more say something that could change their
    meaning and that is not known here (skipped as not_understood). notes: plain sentences on what
    is odd about the file and was read nevertheless, or was not read.
    """

    selects: dict
    rows: int
    other: int | None = 0
    not_understood: int = 0
    notes: tuple[str, ...] = ()
