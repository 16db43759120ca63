"""The contents of a field: texts, times, codes, identifiers."""

import re
from functools import lru_cache

from pipeline.readers.hl7v2.message import Segment

_STAMP = re.compile(r"(\d{4}(?:\d\d){0,4}|\d{14})(?:(?<=\d{14})(\.\d+))?([+-]\d{4})?")
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


def text(segment: Segment, number, component=1, repetition=0):
    """A component of a field, or None; of its subcomponents the first."""
    components = segment.fields[number][repetition]
    return clean(components[component - 1][0]) if component <= len(components) else None


def whole(repetition, *, between="^", within="&"):
    """All components of a repetition as one text, empty ones at the end left out; or None."""
    return clean(
        between.join(within.join(component) for component in repetition).rstrip(between + within)
    )


def first(*texts):
    """The first text that is there, or None."""
    return next((each for each in texts if each), None)


def instant(segment, number, zone=None):
    """A field of type TS, DTM or DR (its start) in ISO 8601, as precise as delivered; zone: of a
    time that tells none (`+0100`)."""
    components = segment.fields[number][0]
    stamp = clean(components[0][0])
    if not stamp:
        return None
    is_range = len(components[0]) > 1
    precision = components[0][1] if is_range else components[1][0] if len(components) > 1 else ""
    return iso(stamp, precision, zone)


def day(segment, number):
    """A date as it was written; a time after it is left out."""
    stamp = text(segment, number)
    return stamp and iso(stamp, "D", None)


def zone_of(stamp):
    """The zone that a time stamp tells, as `+0100`, or None."""
    match = _STAMP.fullmatch(stamp or "")
    return match and match[3]


@lru_cache(4096)
def iso(stamp, precision, zone):
    """An HL7 time stamp in ISO 8601; a year or a month alone stays one, what is not a time stamp
    stays as it was written."""
    match = _STAMP.fullmatch(stamp)
    if not match:
        return stamp
    digits, fraction, offset = (
        match[1][: _PRECISION.get(precision, 14)],
        match[2] or "",
        match[3] or zone,
    )
    date = "-".join(filter(None, (digits[:4], digits[4:6], digits[6:8])))
    if len(digits) <= 8:
        return date
    seconds = f":{digits[12:]}{fraction[:7]}" if len(digits) == 14 else ""
    shift = f"{offset[:3]}:{offset[3:]}" if offset else ""
    return f"{date}T{digits[8:10]}:{digits[10:12] or '00'}{seconds}{shift}"


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
    """What a CE or CWE says in words; its code where it has none."""
    cells = [clean(component[0]) for component in components] + [None] * 9
    return first(cells[1], cells[4], cells[8], cells[0], cells[3])


def identifier(segment, number, authorities, types):
    """The identifier of the wanted assigning authority and type among the repetitions of a CX
    field, or None.

    Without an authority or type in the profile, the first identifier; with one and no match, None:
    never another hospital's number.
    """
    for components in segment.fields[number]:
        cells = [*components, [""], [""], [""], [""], [""]]
        issuers = {clean(part) for part in cells[3]}
        if (
            (not authorities or issuers & authorities)
            and (not types or clean(cells[4][0]) in types)
            and clean(cells[0][0])
        ):
            return clean(cells[0][0])
    return None
