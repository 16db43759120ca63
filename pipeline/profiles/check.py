"""What can be wrong in a profile: keys and values that its model does not take, and columns that
nothing reads."""

from functools import cache

from pydantic import ValidationError

from pipeline.core import SOURCES, InvalidProtocol, read_yaml
from pipeline.profiles.profile import FORMATS, Table

_NOT_A_LIST, _NOT_NAMES = "{key} is not a list", "{key} is not a list of names: values"
SENTENCES = {  # what is wrong, by pydantic's type of error
    "extra_forbidden": "{key} is not a key of a profile of the format {format}",
    "missing": "{key} is missing",
    "literal_error": "{key} is {value!r}; known: {known}",
    "string_type": "{key} is not a text",
    "string_too_short": "{key} is not one character",
    "string_too_long": "{key} is not one character",
    "too_short": "{key} is empty",
    "bool_type": "{key} is neither true nor false",
    "bool_parsing": "{key} is neither true nor false",
    "date_type": "{key} is not a day; write it as 2026-01-31",
    "date_parsing": "{key} is not a day; write it as 2026-01-31",
    "date_from_datetime_parsing": "{key} is not a day; write it as 2026-01-31",
    "invalid_key": "{key} is not a text: put this name in quotation marks",
    "dict_type": _NOT_NAMES,
    "model_type": _NOT_NAMES,
    "tuple_type": _NOT_A_LIST,
    "list_type": _NOT_A_LIST,
    "frozen_set_type": _NOT_A_LIST,
}
NEVER_ASSUMED = {"patient_id", "unit", "value"}  # protocol §1


def checked_profile(raw, path):
    """The Profile that the values of a YAML file at `path` make. Raises InvalidProtocol with
    everything that is wrong."""
    profile, mistakes = _modelled(raw)
    if profile is not None:
        mistakes += [
            *_missing_in_dialect(profile),
            *_equal_marks(profile),
            *_kinds_without_columns(profile),
            *_unread_names(profile),
        ]
    if profile is None or mistakes:
        raise InvalidProtocol(f"The source profile {path}: {'; '.join(mistakes)}.")
    return profile


def _modelled(raw):
    """The model, and the mistakes that it found; with mistakes, a model of the other keys, where
    these make one"""
    if "'TODO'" in str(raw):
        return None, ["answer every TODO first"]
    if raw["format"] not in list(FORMATS):
        return None, [f"format is {raw['format']!r}; known: {', '.join(FORMATS)}"]
    model = FORMATS[raw["format"]]
    try:
        return model.model_validate(raw), []
    except ValidationError as error:
        mistakes = list(dict.fromkeys(_mistake(each, raw) for each in error.errors()))
        wrong = {str(each["loc"][0]) for each in error.errors()}
    try:
        rest = {key: value for key, value in raw.items() if str(key) not in wrong}
        return model.model_validate(rest), mistakes
    except ValidationError:
        return None, mistakes


def _mistake(error, raw):
    "One sentence for the author of the YAML"
    *place, last = error["loc"]
    if last == "[key]" and error["type"] == "string_type":
        return f"a name in {place[0]} is not a text: put it in quotation marks"
    key = ".".join(str(part) for part in error["loc"] if part != "[key]")
    if sentence := SENTENCES.get(error["type"]):
        known = error.get("ctx", {}).get("expected")
        return sentence.format(key=key, format=raw["format"], value=error["input"], known=known)
    if error["type"] == "value_error":
        return f"{key}: {error['ctx']['error']}"
    return f"{key}: {error['msg'][:1].lower()}{error['msg'][1:]}"


def _missing_in_dialect(profile):
    "Nothing is sniffed, so a profile of tables says it all"
    if profile.format == "table":
        for key in sorted(type(profile.dialect).model_fields):
            if key not in profile.dialect.model_fields_set:
                yield f"dialect.{key} is missing"


def _equal_marks(profile):
    for kind in (None, *profile.columns):
        own = profile.for_kind(kind)
        if own.decimal_mark == own.thousands_mark:
            where = f"columns.{kind}." if kind else ""
            yield f"{where}decimal_mark and {where}thousands_mark are the same"


def _kinds_without_columns(profile):
    if profile.format in ("table", "meds"):
        missing = sorted(profile.files.keys() - profile.columns.keys())
        yield from (f"columns.{kind} is missing, which files names" for kind in missing)


def _unread_names(profile):
    "Canonical columns that are never read: a slip of the pen must not pass in silence"
    canonical = {entity: table.all.keys() for entity, table in canonical_tables().items()}
    yield from _wrong_defaults(profile.defaults, canonical)
    if profile.format != "table" or profile.selects_folder:
        unused = [key for key in ("date_order", "words") if key in profile.model_fields_set]
        yield from (f"{key} has no effect where SELECTs make the rows" for key in unused)
        return
    for kind, table in profile.columns.items():
        entity = profile.entity_of_kind(kind)
        if entity not in canonical:
            yield f"{kind} is not an entity"
            continue
        unknown = sorted(table.all.keys() - canonical[entity])
        yield from (f"{name} is not a column of {entity}" for name in unknown)
    unknown = sorted(profile.words.keys() - set().union(*canonical.values()))
    yield from (f"words: {name} is not a column" for name in unknown)


def _wrong_defaults(defaults, canonical):
    for entity, values in defaults.items():
        unknown = sorted(values.keys() - canonical[entity])
        yield from (f"defaults: {name} is not a column of {entity}" for name in unknown)
        assumed = sorted(NEVER_ASSUMED & values.keys())
        yield from (f"defaults: {name} is never assumed (protocol §1)" for name in assumed)


@cache
def canonical_tables():
    """The Table of canonical columns of each entity, as the profile `canonical` lists them."""
    raw = read_yaml(SOURCES / "canonical.yaml")
    return {entity: Table.model_validate(columns) for entity, columns in raw["columns"].items()}
