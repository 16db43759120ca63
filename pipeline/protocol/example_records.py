"""The records of an example patient, each said in a few words: `total_b12 120 on 2026-01-05`."""

import re
from datetime import timedelta

from pipeline.protocol.example_tables import code_of, has_code, is_analyte

SAYS = {  # the words that a record of an entity may have, and the column of what follows
    "lab_result": {
        "on": "collected_at", "at": "performing_lab", "by": "method", "limits": "limits",
        "status": "status",
    },
    "medication": {
        "since": "start_on", "on": "start_on", "to": "end_on", "route": "route", "status": "status"
    },
    "condition": {"since": "onset_on", "on": "onset_on", "to": "abated_on", "status": "status"},
    "procedure": {"on": "performed_on", "since": "performed_on", "status": "status"},
}  # fmt: skip
PERSON = {
    "female": {"sex": "female"}, "male": {"sex": "male"}, "opted out": {"opted_out": "true"},
    "deleted": {"status": "deleted"},
}  # fmt: skip
DATED = {"born": "birth_date", "died": "deceased_on"}
DAY_WITHOUT = {  # days before the screening, of a record without a day
    "collected_at": 28, "onset_on": 56, "performed_on": 56, "start_on": 5 * 365,
}  # fmt: skip
TAKEN_ON = 28  # days after the screening, until which a drug is taken that says no end
WORD = re.compile(
    rf"(?:^|\s)({'|'.join(sorted({word for one in SAYS.values() for word in one}))})\s"
)
VALUE = re.compile(r"\S+( \S+)?")  # a number, <200, positive; and a unit
DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
DATES = {*DATED.values(), *DAY_WITHOUT, "end_on", "abated_on"}
LIMITS = re.compile(r"(\d+(?:\.\d+)?)?-(\d+(?:\.\d+)?)?")


def record_problems(records):
    """What is wrong with the records of an example, as (place in the list or None, sentence)."""
    if not isinstance(records, list) or not records:
        yield None, "records is not a list, such as [born 1960, total_b12 120]"
        return
    for place, text in enumerate(records):
        if what := _problem(str(text)):
            yield place, f"{text}: {what}"


def _problem(text):
    if is_person(text):
        return None if _dates_are_read(_person(text)) else "the date is written as 2026-01-31"
    name, value, says = _parts(text)
    entity = entity_of(name)
    if entity is None:
        return f"{name} is neither a test of analytes.csv nor a concept that has a code"
    for word in says.keys() - SAYS[entity].keys():
        return f"{word} is not said of it; known are {', '.join(SAYS[entity])}"
    if (entity == "lab_result") != bool(value):
        return f"a value is needed behind {name}" if not value else f"{value} is not understood"
    if value and not VALUE.fullmatch(value):
        return f"{value} is not a value and a unit, such as 120 pg/mL"
    if "limits" in says and not LIMITS.fullmatch(says["limits"]):
        return "limits are written as 70-270"
    cells = {SAYS[entity][word]: said for word, said in says.items()}
    return None if _dates_are_read(cells) else "the date is written as 2026-01-31"


def _dates_are_read(cells):
    return all(DATE.fullmatch(cell) for name, cell in cells.items() if name in DATES)


def is_person(text):
    """Whether a record says who the patient is: born, died, female, male, opted out, deleted."""
    return text in PERSON or text.split(" ")[0] in DATED


def entity_of(name):
    """The entity of which a test or concept is a record: lab_result, medication, procedure where
    it has a code of operations alone, or condition; None of an unknown name."""
    if is_analyte(name):
        return "lab_result"
    if has_code("medication", name, is_only=True):
        return "medication"
    is_operation = has_code("procedure", name, is_only=True)
    if is_operation and not has_code("condition", name, is_only=True):
        return "procedure"
    return next((one for one in ("condition", "procedure") if has_code(one, name)), None)


def rows_of_records(records, as_of):
    """The rows of the records of an example that has no problems, in canonical columns, by entity.

    as_of: the day of the screening, from which a record without a day has one.
    """
    person, found = {}, {}
    for text in map(str, records):
        if is_person(text):
            person |= _person(text)
            continue
        name, value, says = _parts(text)
        entity = entity_of(name)
        assert entity, name
        said = {SAYS[entity][word]: cell for word, cell in says.items()}
        row = _test(name, value, said) if entity == "lab_result" else _coded(entity, name, said)
        found.setdefault(entity, []).append(_dated(entity, row, as_of))
    return {**({"patient": [person]} if person else {}), **found}


def _person(text):
    word, _, said = text.partition(" ")
    return PERSON[text] if text in PERSON else {DATED[word]: said}


def _parts(text):
    "(test or concept, what stands behind it, what each word says)"
    what, *said = WORD.split(text)
    name, _, value = what.strip().partition(" ")
    return name, value.strip(), dict(zip(said[::2], map(str.strip, said[1::2]), strict=True))


def _test(analyte, value, said):
    number, _, unit = value.partition(" ")
    low, _, high = said.pop("limits", "-").partition("-")
    system, code, unit = code_of("lab_result", analyte, unit or None)
    cells = {"unit": unit, "reference_low": low, "reference_high": high, **said}
    return {
        "code_system": system, "code": code, "value": number,
        **{name: cell for name, cell in cells.items() if cell},
    }  # fmt: skip


def _coded(entity, concept, said):
    system, code, _ = code_of(entity, concept)
    return {"code_system": system, "code": code, **said}


def _dated(entity, row, as_of):
    day = SAYS[entity]["on"]
    dated = {day: str(as_of - timedelta(days=DAY_WITHOUT[day])), **row}
    if entity == "medication" and "end_on" not in row:
        dated |= {"end_on": str(as_of + timedelta(days=TAKEN_ON)), "status": "active"} | row
    return dated
