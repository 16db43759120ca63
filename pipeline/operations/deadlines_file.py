"""The file `deadlines.yaml` of a home: what its operator expects by when."""

from datetime import time
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pipeline.core import YAML_ERRORS, InvalidProtocol, fault, read_yaml

LONGEST = 24 * 366  # hours


def _empty_as_none_expected(value):
    return () if value is None else tuple(value) if isinstance(value, list) else value


def _time(value):
    if isinstance(value, str) and len(value) == 5:
        return time.fromisoformat(value)
    raise ValueError("not a time of day")  # without quotation marks, YAML reads 10:00 as 600


Hours = Annotated[float, Field(gt=0, le=LONGEST, allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Delivery(_Strict):
    """How often a source delivers at least, or one laboratory in it. lab: empty for the source."""

    source: str
    lab: str = ""
    hours: Hours


class Deadlines(_Strict):
    """worklist_by: a local time. waiting_hours: a file may lie in `landing/` so long. free_percent:
    so much of the home's disk must be free."""

    worklist_by: Annotated[time | None, BeforeValidator(_time)] = None
    deliveries: Annotated[tuple[Delivery, ...], BeforeValidator(_empty_as_none_expected)] = ()
    waiting_hours: Hours | None = None
    free_percent: Annotated[float, Field(ge=0, lt=100, allow_inf_nan=False)] = 5


def read_deadlines(home):
    """The Deadlines of a home; none where it has no such file. Raises InvalidProtocol."""
    path = home.root / "deadlines.yaml"
    try:
        return Deadlines.model_validate(read_yaml(path) or {})
    except FileNotFoundError:
        return Deadlines()
    except ValidationError as error:
        what = _mistake(error.errors()[0])
    except YAML_ERRORS as error:
        what = fault(error)
    raise InvalidProtocol(f"{path}: {what}. docs/runbook.md shows how it is written.")


def _mistake(error):
    "The first mistake of the file, for its author"
    known = ", ".join(sorted(Deadlines.model_fields))
    match error["loc"]:
        case ():
            return f"the file is not a list of names: values; known: {known}"
        case ("worklist_by", *_):
            return 'worklist_by is not a time of day: write it with quotation marks, "06:00"'
        case ("waiting_hours", *_):
            return "waiting_hours is not a number of hours above 0"
        case ("free_percent", *_):
            return "free_percent is not a number from 0 to below 100"
        case ("deliveries",):
            return "deliveries is not a list"
        case ("deliveries", place, *key):
            return _delivery_mistake(place + 1, key, error["type"])
        case (unknown, *_):
            return f"{unknown} is not a known key; known: {known}"


def _delivery_mistake(place, key, kind):
    if kind == "string_type":
        return f"delivery {place}: source and lab are names"
    if key == ["hours"] and kind != "missing":
        return f"hours of delivery {place} is not a number of hours above 0"
    return f"delivery {place} has other keys than source, lab (if need be) and hours"
