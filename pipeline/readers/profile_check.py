"""What can be wrong in a profile."""

import codecs
import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.config import ENTITIES
from pipeline.errors import InvalidProtocol

FORMATS = ("table", "meds", "hl7v2", "fhir")


def check(raw, path):
    """Raise InvalidProtocol with everything that is wrong in a profile's YAML, which lies at `path`."""
    one_of = {
        "format": FORMATS, "date_order": ("iso", "ymd", "dmy", "mdy"), "decimal_mark": (".", ","),
        "thousands_mark": (".", ","), "other_columns": ("ignored", "refused"),
    }  # fmt: skip
    levels = (
        [raw, *(given for given in raw.get("columns", {}).values() if isinstance(given, dict))]
        if isinstance(raw.get("columns", {}), dict)
        else [raw]
    )
    wrong = [
        f"{key} is {level[key]!r}; known: {', '.join(known)}"
        for level in levels for key, known in one_of.items() if key in level and level[key] not in known
    ]  # fmt: skip
    if not re.fullmatch(r"[A-Za-z0-9_-]+", str(raw["profile"])):
        wrong.append("profile is a name of letters, digits, _ and -")
    if "'TODO'" in str(raw):
        wrong.append("answer every TODO first")
    elif not _is_time_zone(raw.get("time_zone", "UTC")):
        wrong.append(f"time_zone {raw['time_zone']} is none; write it as Europe/Berlin")
    wrong += [f"{key} is no list of names: values" for key in ("files", "columns", "dialect") if not isinstance(raw.get(key, {}), dict)]
    wrong += _wrong_dialect(raw) if raw["format"] == "table" and not wrong else []
    if "snapshot" in raw and re.compile(raw["snapshot"]).groups != 1:
        wrong.append("snapshot is a pattern with the day in one pair of brackets")
    wrong += [f"defaults names {entity}, which is no entity" for entity in raw.get("defaults", {}) if entity not in ENTITIES]
    if wrong:
        raise InvalidProtocol(f"The source profile {path}: {'; '.join(wrong)}.")


def _is_time_zone(name):
    try:
        return bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def _wrong_dialect(raw):
    dialect = raw.get("dialect", {})
    wrong = [f"dialect lacks {key}" for key in ("delimiter", "quote", "encoding") if key not in dialect]
    wrong += [f"dialect: {key} is one character" for key in ("delimiter", "quote") if len(str(dialect.get(key, "-"))) != 1]
    try:
        codecs.lookup(str(dialect.get("encoding", "utf-8")))
    except LookupError:
        wrong.append(f"dialect: nobody knows the encoding {dialect['encoding']}")
    return wrong
