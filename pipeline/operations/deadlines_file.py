"""The file `deadlines.yaml` of a home: what its operator expects by when."""

import math
from dataclasses import dataclass
from datetime import time

import yaml

from pipeline.core import InvalidProtocol

KNOWN = {"worklist_by", "deliveries", "waiting_hours"}
LONGEST = 24 * 366  # hours


@dataclass(frozen=True)
class Deadlines:
    """worklist_by: a local time. deliveries: (source, lab or None, hours). waiting_hours: a file
    may lie in `landing/` so long."""

    worklist_by: time | None = None
    deliveries: tuple = ()
    waiting_hours: float | None = None


def read_deadlines(home):
    """The Deadlines of a home; none where it has no such file. Raises InvalidProtocol."""
    path = home.root / "deadlines.yaml"
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        return _checked(found)
    except FileNotFoundError:
        return Deadlines()
    except (_Mistake, yaml.YAMLError, UnicodeDecodeError) as error:
        what = (
            str(error)
            if isinstance(error, _Mistake)
            else f"it is not valid YAML ({type(error).__name__})"
        )
        raise InvalidProtocol(f"{path}: {what}. docs/runbook.md shows how it is written.") from None


class _Mistake(Exception):
    "What is wrong in the file"


def _checked(found):
    if not isinstance(found, dict) or (unknown := set(found) - KNOWN):
        raise _Mistake(
            f"{', '.join(map(str, unknown)) if isinstance(found, dict) else 'the whole'} is none of"
            f" {', '.join(sorted(KNOWN))}"
        )
    listed = found.get("deliveries") or []
    if not isinstance(listed, list):
        raise _Mistake("deliveries is not a list")
    waiting = found.get("waiting_hours")
    return Deadlines(
        worklist_by=_time(found["worklist_by"]) if "worklist_by" in found else None,
        deliveries=tuple(_delivery(place, one) for place, one in enumerate(listed, start=1)),
        waiting_hours=None if waiting is None else _hours("waiting_hours", waiting),
    )


def _time(given):
    try:
        if isinstance(given, str) and len(given) == 5:
            return time.fromisoformat(given)
    except ValueError:
        pass
    raise _Mistake(
        'worklist_by is not a time of day: write it with quotation marks, "06:00"'
    )  # without, YAML reads 10:00 as 600


def _delivery(place, one):
    if not isinstance(one, dict) or not {"source", "hours"} <= set(one) <= {
        "source",
        "lab",
        "hours",
    }:
        raise _Mistake(f"delivery {place} has other keys than source, lab (if need be) and hours")
    if not all(isinstance(one[name], str) for name in ("source", "lab") if name in one):
        raise _Mistake(f"delivery {place}: source and lab are names")
    return one["source"], one.get("lab"), _hours(f"hours of delivery {place}", one["hours"])


def _hours(name, given):
    if (
        isinstance(given, bool)
        or not isinstance(given, int | float)
        or not math.isfinite(given)
        or not 0 < given <= LONGEST
    ):
        raise _Mistake(f"{name} is not a number of hours above 0")
    return float(given)
