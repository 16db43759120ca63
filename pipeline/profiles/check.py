"""What can be wrong in a profile: keys and values that its model does not take, and columns that
nothing reads."""

from functools import cache

from pydantic import ValidationError

from pipeline.core import SOURCES, InvalidProtocol, read_yaml
from pipeline.profiles.profile import FORMATS

PYDANTICS_OWN = ("[key]", "str", "list[str]")  # parts of a location that are not in the YAML
_NOT_A_LIST, _NOT_NAMES = "{key} is not a list", "{key} is not a list of names: values"
SENTENCES = {  # what is wrong, by pydantic's type of error
    "extra_forbidden": "{key} is not a key of a profile of the format {format}",
    "missing": "{key} is missing",
    "literal_error": "{key} is {value!r}; known: {known}",
    "string_type": "{key} is not a text",
    "string_too_short": "{key} is not one character",
    "string_too_long": "{key} is not one character",
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
        mistakes = [*_missing_in_dialect(profile), *_unread_names(profile)]
    if profile is None or mistakes:
        raise InvalidProtocol(f"The source profile {path}: {'; '.join(mistakes)}.")
    return profile


def _modelled(raw):
    "The model and no mistakes, or None and what is wrong"
    if "'TODO'" in str(raw):
        return None, ["answer every TODO first"]
    if raw["format"] not in list(FORMATS):
        return None, [f"format is {raw['format']!r}; known: {', '.join(FORMATS)}"]
    try:
        return FORMATS[raw["format"]].model_validate(raw), []
    except ValidationError as error:
        return None, list(dict.fromkeys(_mistake(each, raw) for each in error.errors()))


def _mistake(error, raw):
    "One sentence for the author of the YAML"
    key = ".".join(str(part) for part in error["loc"] if part not in PYDANTICS_OWN)
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


def _unread_names(profile):
    "Canonical columns that are never read: a slip of the pen must not pass in silence"
    canonical = _canonical_columns()
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
        unknown = table.all.keys() - canonical[entity]
        yield from (f"{name} is not a column of {entity}" for name in unknown)
    unknown = profile.words.keys() - set().union(*canonical.values())
    yield from (f"words: {name} is not a column" for name in unknown)


def _wrong_defaults(defaults, canonical):
    for entity, values in defaults.items():
        unknown = values.keys() - canonical[entity]
        yield from (f"defaults: {name} is not a column of {entity}" for name in unknown)
        assumed = sorted(NEVER_ASSUMED & values.keys())
        yield from (f"defaults: {name} is never assumed (protocol §1)" for name in assumed)


@cache
def _canonical_columns():
    raw = read_yaml(SOURCES / "canonical.yaml")
    return {
        entity: {*columns["required"], *columns["optional"]}
        for entity, columns in raw["columns"].items()
    }
