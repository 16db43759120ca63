"""What can be wrong in a profile: keys and values that its model does not take, and columns that
nothing reads."""

from functools import cache

from pydantic import ValidationError

from pipeline.core import CONTACT, ENTITIES, SOURCES, InvalidProtocol, read_yaml
from pipeline.profiles.profile import FORMATS
from pipeline.profiles.table import Table

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
    "int_type": "{key} is not a whole number",
    "int_parsing": "{key} is not a whole number",
    "int_from_float": "{key} is not a whole number",
    "greater_than_equal": "{key} is too small",
    "less_than_equal": "{key} is too large",
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
    return f"{key} cannot be used"


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
    yield from _wrong_lookup(profile)
    for kind, table in profile.columns.items():
        yield from _wrong_table(profile, kind, table)
    unknown = sorted(profile.words.keys() - set().union(*canonical.values()))
    yield from (f"words: {name} is not a column" for name in unknown)


def _wrong_lookup(profile):
    "Keys that look things up in reference files, without what says how"
    parts = [part for table in profile.columns.values() for part in table.parts]
    if any(part.date_from for part in parts) and not profile.lookup:
        yield "lookup is missing, which date_from needs"
    if profile.lookup and not profile.reference:
        yield "reference is missing: the files in which lookup looks"
    if profile.align_last_event_on and not (profile.lookup and profile.lookup.last_event):
        yield "lookup.last_event is missing, which align_last_event_on needs"


def _wrong_table(profile, kind, table):
    "What the columns of a kind of file cannot be read with"
    if table.sql:
        column = profile.patient_columns.get(kind, "").lower()
        if column not in table.delivered["required"]:
            yield f"patient_columns.{kind} is not one of columns.{kind}.required"
        if table.split or table.wide:
            yield f"columns.{kind} has sql, beside which split and wide have no effect"
        yield from (f"{entity} is not an entity" for entity in table.sql.keys() - {*ENTITIES})
        return
    if table.split and (table.all or table.wide or table.when):
        yield f"columns.{kind} has split, so columns, wide and when belong under its entities"
    for entity, rows in profile.parts_of(kind).items():
        if entity in ENTITIES:
            yield from _wrong_rows(kind, entity, rows)
        else:
            yield f"{entity} is not an entity"


def _wrong_rows(kind, entity, rows):
    "What is not a column of the entity, and what a row of it cannot be without"
    if "patient_id" not in rows.all:
        yield f"columns.{kind}: no column is named for the patient_id of {entity}"
    named = [rows.all, rows.date_from, *(wide.constants for wide in rows.wide.values())]
    named += [wide.columns for wide in rows.wide.values()]
    known = canonical_tables()[entity].all.keys()
    unknown = sorted(set().union(*named) - known)
    yield from (f"{name} is not a column of {entity}" for name in unknown)
    needed = {"code", "unit"} if entity == "lab_result" else {"code"}
    for column, wide in rows.wide.items():
        lacking = sorted(needed - wide.constants.keys() - wide.columns.keys())
        yield from (f"columns.{kind}.wide.{column}.{name} is missing" for name in lacking)
        if "patient_id" in wide.constants:
            yield f"columns.{kind}.wide.{column}: patient_id is never assumed (protocol §1)"


def _wrong_defaults(defaults, canonical):
    for entity, values in defaults.items():
        unknown = sorted(values.keys() - canonical[entity])
        yield from (f"defaults: {name} is not a column of {entity}" for name in unknown)
        assumed = sorted(NEVER_ASSUMED & values.keys())
        yield from (f"defaults: {name} is never assumed (protocol §1)" for name in assumed)
        display = sorted(set(CONTACT) & values.keys()) if entity == "patient" else ()
        yield from (f"defaults: {name} is never assumed: it is contact data" for name in display)


def landed_columns(entity):
    """The canonical columns of an entity that rows are checked by and compared by: of a patient
    without those of CONTACT, which are for display alone."""
    return sorted(set(canonical_tables()[entity].all) - set(CONTACT if entity == "patient" else ()))


@cache
def canonical_tables():
    """The Table of canonical columns of each entity, as the profile `canonical` lists them."""
    raw = read_yaml(SOURCES / "canonical.yaml")
    return {entity: Table.model_validate(columns) for entity, columns in raw["columns"].items()}
