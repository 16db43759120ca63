"""What a site changes about its gates: the entries of the file `expectations.yaml`."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Reason = Annotated[Text, AfterValidator(lambda text: " ".join(text.split()))]  # on one line
Severity = Literal["critical", "warning", "info"]


LARGEST = 1_000_000_000
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(value):
    with suppress(ValueError):
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value)
    raise ValueError("is not a day; write it as 2027-03-31")


def _number(value):
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not -LARGEST <= value <= LARGEST:  # nor nan
        raise ValueError(f"is not a number from -{LARGEST:,} to {LARGEST:,}")
    return value


Number = Annotated[float, PlainValidator(_number)]
Day = Annotated[date | None, PlainValidator(_day)]


class Change(BaseModel):
    """One entry: what changes about one expectation of a suite, and why.

    column, expectation, shipped_severity: which one, as far as the suite needs it. threshold:
    numbers that it asks for, by name. until: the last day of threshold and severity; for good
    without it. mute_until: the last day on which a failure is only reported.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    suite: Text
    column: Text | None = None
    expectation: Text | None = None
    shipped_severity: Severity | None = None
    threshold: Annotated[dict[Text, Number], Field(min_length=1)] = {}
    severity: Severity | None = None
    until: Day = None
    mute_until: Day = None
    reason: Reason

    @property
    def choice(self):
        "Which expectation is meant, by the names in an outcome"
        chosen = {
            "column": self.column,
            "expectation": self.expectation,
            "severity": self.shipped_severity,
        }
        return {name: value for name, value in chosen.items() if value is not None}

    def is_in_force(self, as_of):
        "Whether threshold and severity hold on a day"
        return self.until is None or as_of <= self.until

    def is_muted(self, as_of):
        return self.mute_until is not None and as_of <= self.mute_until

    def endings(self, as_of):
        "In words, what of the entry is over on a day"
        over = [] if self.is_in_force(as_of) else [f"changed until {self.until}"]
        if self.mute_until and not self.is_muted(as_of):
            over.append(f"muted until {self.mute_until}")
        return over


@dataclass(frozen=True)
class Changes:
    """All entries of a file. sha256: of the file, in hex; None where a home has none."""

    entries: tuple[Change, ...] = ()
    sha256: str | None = None


NO_CHANGES = Changes()
