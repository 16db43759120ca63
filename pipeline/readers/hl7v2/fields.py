"""The contents of a field: texts, times, codes, identifiers."""

import html
import re
from datetime import date, datetime
from functools import lru_cache

from pipeline.profiles import clean_id
from pipeline.readers.hl7v2.message import Segment

# the fraction of a second may run on
_STAMP = re.compile(
    r"(\d{4}(?:\d\d){0,5})(?:(?<=\d{14})(?:[.,](\d+)|(\d{3}|\d{6}|\d{9})))?"
    r"([+-]\d{2,4}|[+-]\d\d:\d\d|Z)?"
)
_PARTIAL = re.compile(r"(?:19|20)\d\d(?:-(?:0[1-9]|1[0-2]))?")
_FIRST_DAY = date(1900, 1, 2)  # earlier days, and those below, stand for a missing date
_NO_DAYS = (date(2999, 12, 31), date(9999, 12, 31))
_NUMBER = re.compile(r"[+-]?[\d.,]+")
_ENTITY = re.compile(r"&(?:amp;)*(#?\w+;|lt|gt)", re.IGNORECASE)
_LOINC = ("LN", "LOINC", "HTTP://LOINC.ORG", "2.16.840.1.113883.6.1")
_PRECISION = {
    "Y": 4,
    "L": 6,
    "D": 8,
    "H": 10,
    "M": 12,
}  # the second component of a TS, up to HL7 2.5


def clean(text):
    """The text, or None where there is nothing in it or `""`, by which HL7 says that there is
    nothing."""
    text = text.strip()
    return text if text and text != '""' else None


def filled(text, empty_words):
    """The text, or None where it is empty or one of the profile's words for that: of ids and
    states, not of values."""
    return None if text is None or text.strip().lower() in empty_words else clean(text)


def whole_id(repetition, empty_words):
    """All components of an identifier as one text, each cleaned; or None."""
    parts = [filled(clean_id("&".join(component)), empty_words) or "" for component in repetition]
    return clean("^".join(parts).rstrip("^&"))


def text(segment: Segment, number, component=1, repetition=0):
    """A component of a field, or None; of its subcomponents the first."""
    components = segment.fields[number][repetition]
    return clean(components[component - 1][0]) if component <= len(components) else None


def whole(repetition, *, between="^", within="&"):
    """All components of a repetition as one text, empty ones at the end left out; or None."""
    return clean(
        between.join(within.join(component) for component in repetition).rstrip(between + within)
    )


def with_signs(text):
    """A text with `<`, `>`, `≤`, `≥` and `=` in place of their HTML entities, however often these
    were escaped; all others stay."""

    def sign(match):
        character = html.unescape(f"&{match[1].rstrip(';').lower()};")
        return character if character in ("<", ">", "≤", "≥", "=") else match[0]

    return text and (_ENTITY.sub(sign, text) if "&" in text else text)


def first(*texts):
    """The first text that is there, or None."""
    return next((each for each in texts if each), None)


def instant(segment, number, zone=None):
    """A field of type TS, DTM or DR (its start) in ISO 8601, as precise as delivered; zone: of a
    time that tells none (`+01:00`)."""
    components = segment.fields[number][0]
    stamp = clean(components[0][0])
    if not stamp:
        return None
    is_range = len(components[0]) > 1
    precision = components[0][1] if is_range else components[1][0] if len(components) > 1 else ""
    return iso(stamp, precision, zone)


def known_instant(segment, number, zone):
    """Such a field as an instant or a day, None where it is neither: for a time that another one
    can stand for."""
    told = instant(segment, number, zone)
    return told if is_day(told) else None


@lru_cache(4096)
def is_day(told):
    """Whether a time in ISO 8601 is a day that exists, alone or with a time of day, and does not
    stand for a missing date."""
    try:
        found = datetime.fromisoformat(told or "").date()
    except ValueError:
        return False
    return found >= _FIRST_DAY and found not in _NO_DAYS


def is_partial(told):
    """Whether a date in ISO 8601 is a year or a month."""
    return _PARTIAL.fullmatch(told or "") is not None


def day(segment, number):
    """A date as it was written; a time after it is left out."""
    stamp = text(segment, number)
    return stamp and iso(stamp, "D", None)


def zone_of(stamp):
    """The zone that a time stamp tells, as `+01:00`, or None."""
    match = _stamp(stamp or "")
    return _shift(match[4]) if match and match[4] else None


def _stamp(stamp):
    "Its parts, or None; a zone not in four digits is one only behind a time, or a day (`-500`)"
    match = _STAMP.fullmatch(stamp)
    if not match or len(match[4] or "+0000") == 5:
        return match
    return match if len(match[1]) >= (8 if len(match[4]) == 4 else 10) else None


def _shift(zone):
    "`+0100`, `+100`, `+01`, `+01:00` and `Z` as `+01:00`"
    if zone == "Z":
        return "+00:00"
    digits = zone[1:].replace(":", "")
    hours, minutes = (digits, "00") if len(digits) == 2 else (digits[:-2], digits[-2:])
    return f"{zone[0]}{hours:0>2}:{minutes}"


@lru_cache(4096)
def iso(stamp, precision, zone):
    """An HL7 time stamp in ISO 8601; a year or a month alone stays one, what is not a time stamp
    stays as it was written."""
    match = _stamp(stamp)
    if not match:
        return stamp
    digits, fraction = match[1][: _PRECISION.get(precision, 14)], match[2] or match[3]
    delivered_day = "-".join(filter(None, (digits[:4], digits[4:6], digits[6:8])))
    if len(digits) <= 8:
        return delivered_day
    seconds = f":{digits[12:]}" if len(digits) == 14 else ""
    seconds += f".{fraction[:6]}" if seconds and fraction else ""
    shift = _shift(match[4]) if match[4] else zone or ""
    return f"{delivered_day}T{digits[8:10]}:{digits[10:12] or '00'}{seconds}{shift}"


def codings(segment, number):
    """The codes of a CE or CWE field: LOINC first, else as they stand; a code without a system is a
    local one."""
    components = [clean(component[0]) for component in segment.fields[number][0]] + [None] * 22
    name = first(components[1], components[4], components[8], components[10])
    known = [
        {
            "system": components[at + 2] or components[oid] or "LOCAL",
            "code": components[at],
            "name": components[at + 1] or name,
        }
        for at, oid in ((0, 13), (3, 16), (9, 19))
        if components[at]
    ]
    return sorted(known, key=lambda coding: coding["system"].upper() not in _LOINC) or [
        {"system": None, "code": None, "name": name}
    ]


def coded_text(components):
    """What a CE or CWE says in words; its code where it has none; both where the words are a mere
    number and the code another text: it may say `<`, or be another number."""
    cells = [clean("&".join(component).rstrip("&")) for component in components] + [None] * 9
    words, codes = [cells[1], cells[4], cells[8]], [cells[0], cells[3]]
    said = first(*words, *codes)
    parts = list(dict.fromkeys(filter(None, [*codes, *words])))
    is_number = said is not None and _NUMBER.fullmatch(said)
    return "^".join(parts) if is_number and len(parts) > 1 else said


def identifiers(segment, number, *, authorities, types, is_bare_known, empty_words):
    """The identifiers of the wanted assigning authority and type among the repetitions of a CX
    field.

    Without an authority or type in the profile, all of them; with one, never another hospital's
    number, and one that names neither (a bare number) only where is_bare_known.
    """
    numbers = []
    for components in segment.fields[number]:
        cells = [*components, [""], [""], [""], [""], [""]]
        issuers, kind = {clean(part) for part in cells[3]} - {None}, clean(cells[4][0])
        is_wanted = (not authorities or issuers & authorities) and (not types or kind in types)
        is_bare = not (issuers or kind)
        if (is_wanted or (is_bare_known and is_bare)) and filled(cells[0][0], empty_words):
            numbers.append(clean(cells[0][0]))
    return list(dict.fromkeys(numbers))
