"""Whole numbers that come from outside: no larger than a column of the store holds."""

from typing import Annotated

from fastapi import Path, Query

LARGEST = 2**31 - 1
Id = Annotated[int, Path(ge=1, le=LARGEST)]
Count = Annotated[int | None, Query(ge=0, le=LARGEST)]


def whole(text):
    """The number that a text of plain digits writes, None for anything else and above LARGEST."""
    is_plain = text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST))
    return int(text) if is_plain and int(text) <= LARGEST else None
