"""What can be wrong in a profile."""

import codecs
import re
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from pipeline.core import ENTITIES, SOURCES, InvalidProtocol

FORMATS = ("table", "meds", "hl7v2", "fhir")
GENERAL = (
    "profile", "title", "extends", "format", "time_zone", "date_order", "decimal_mark",
    "thousands_mark", "dialect", "ignore", "reference", "files", "columns", "other_columns",
    "defaults", "words", "maps", "snapshot", "selects", "patient_columns",
)  # fmt: skip
ONE_OF = {
    "format": FORMATS, "date_order": ("iso", "ymd", "dmy", "mdy"), "decimal_mark": (".", ","),
    "thousands_mark": (".", ","), "other_columns": ("ignored", "refused"),
}  # fmt: skip
_NAME = re.compile(r"[A-Za-z0-9_-]+")
OPTIONS = {  # what only one format's profiles say
    "table": (), "meds": ("align_last_event_on",), "fhir": ("patient_id", "issued_as_collected"),
    "hl7v2": (
        "encoding", "patient_id", "collected_from", "times_without_zone", "trailers",
        "skip_processing",
    ),
}  # fmt: skip


def check(raw, path):
    """Raise InvalidProtocol with everything that is wrong in a profile's YAML, which lies at
    `path`."""
    wrong = [*_wrong_choices(raw), *_wrong_forms(raw)]
    if not wrong:
        wrong = [*(_wrong_dialect(raw) if raw["format"] == "table" else ()), *_unknown_names(raw)]
    if wrong:
        raise InvalidProtocol(f"The source profile {path}: {'; '.join(wrong)}.")


def _wrong_choices(raw):
    "Keys with one of few values, also where a kind of file has its own"
    kinds = raw.get("columns", {})
    own = (
        [columns for columns in kinds.values() if isinstance(columns, dict)]
        if isinstance(kinds, dict)
        else []
    )
    for level in (raw, *own):
        for key, known in ONE_OF.items():
            if key in level and level[key] not in known:
                yield f"{key} is {level[key]!r}; known: {', '.join(known)}"


def _wrong_forms(raw):
    if not _NAME.fullmatch(str(raw["profile"])):
        yield "profile is a name of letters, digits, _ and -"
    if not _NAME.fullmatch(str(raw.get("selects", "x"))):
        yield "selects is the name of a shipped profile"
    if "'TODO'" in str(raw):
        yield "answer every TODO first"
    elif not _is_time_zone(raw.get("time_zone", "UTC")):
        yield f"time_zone {raw['time_zone']} is none; write it as Europe/Berlin"
    if "snapshot" in raw and re.compile(raw["snapshot"]).groups != 1:
        yield "snapshot is a pattern with the day in one pair of brackets"
    yield from (
        f"{key} is not a list of names: values"
        for key in ("files", "columns", "dialect")
        if not isinstance(raw.get(key, {}), dict)
    )
    yield from (
        f"defaults names {entity}, which is not an entity"
        for entity in raw.get("defaults", {})
        if entity not in ENTITIES
    )


def _unknown_names(raw):
    "Keys and canonical columns that are never read: a slip of the pen must not pass in silence"
    known = {*GENERAL, *OPTIONS[raw["format"]]}
    yield from (
        f"{key} is not a key of a profile of the format {raw['format']}"
        for key in raw
        if key not in known
    )
    columns = _canonical_columns()
    yield from _wrong_defaults(raw.get("defaults", {}), columns)
    if raw["format"] != "table" or (SOURCES / str(raw.get("selects") or raw["profile"])).is_dir():
        unused = [key for key in ("date_order", "words") if key in raw]
        yield from (f"{key} has no effect where SELECTs make the rows" for key in unused)
        return
    for kind, table in raw.get("columns", {}).items():
        entity = table.get("entity", kind)
        if entity not in columns:
            yield f"{kind} is not an entity"
            continue
        named = {*table.get("required", ()), *table.get("optional", ())}
        yield from (f"{name} is not a column of {entity}" for name in named - columns[entity])
    unknown = set(raw.get("words", {})) - set().union(*columns.values())
    yield from (f"words: {name} is not a column" for name in unknown)


def _wrong_defaults(defaults, columns):
    for entity, values in defaults.items():
        unknown = set(values) - columns[entity]
        yield from (f"defaults: {name} is not a column of {entity}" for name in unknown)
        assumed = sorted({"patient_id", "unit", "value"} & set(values))
        yield from (f"defaults: {name} is never assumed (protocol §1)" for name in assumed)


@cache
def _canonical_columns():
    raw = yaml.safe_load((SOURCES / "canonical.yaml").read_text(encoding="utf-8"))
    return {
        entity: {*columns["required"], *columns["optional"]}
        for entity, columns in raw["columns"].items()
    }


def _is_time_zone(name):
    try:
        return bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def _wrong_dialect(raw):
    dialect = raw.get("dialect", {})
    wrong = [
        f"dialect lacks {key}" for key in ("delimiter", "quote", "encoding") if key not in dialect
    ]
    wrong += [
        f"dialect: {key} is one character"
        for key in ("delimiter", "quote")
        if len(str(dialect.get(key, "-"))) != 1
    ]
    try:
        codecs.lookup(str(dialect.get("encoding", "utf-8")))
    except LookupError:
        wrong.append(f"dialect: unknown encoding {dialect['encoding']}")
    return wrong
