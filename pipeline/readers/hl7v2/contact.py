"""What an HL7 v2 message says of its patient for display alone: PID, and PD1 and PV1 behind it."""

import re

from pipeline.readers.hl7v2.fields import clean, first
from pipeline.readers.hl7v2.message import Segment

# HL7 tables 0200, 0201, 0202 and 0190: names that are not the patient's own any more or are no
# name, equipment on which nobody speaks, and addresses at which nobody lives
_OTHER_NAMES = ("A", "BAD", "M", "N", "NOUSE", "S", "U")
_NO_PHONES = ("BP", "FX", "INTERNET", "MD", "TDD", "TTY", "X.400")
_NO_HOMES = ("B", "BA", "BI", "BR", "F", "N", "O")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_]\w+)?")
_ETHNIC_GROUPS = {"H": "Hispanic or Latino", "N": "Not Hispanic or Latino"}  # table 0189
_FIELDS = (5, 11, 13, 14, 15, 22)  # of PID
AROUND = ("PD1", "PV1")
_CLINICIANS = (("PD1", 4), ("PV1", 8), ("PV1", 7))  # primary care, referring, attending


def contact(pid, around):
    """What a PID and the segments `around` it, by name, say: the columns of CONTACT, or none of
    them."""
    if not around and pid.fields.keys().isdisjoint(_FIELDS):
        return {}
    phones = [*_repetitions(pid, 13), *_repetitions(pid, 14)]
    return {
        "name": _name(pid), "phone": first(*map(_phone, phones)),
        "email": first(*map(_email, phones)), "preferred_language": _language(pid),
        "postcode_area": first(*map(_postcode, _repetitions(pid, 11))),
        "registered_clinician": next(filter(None, _clinicians(around)), None),
        "ethnicity": first(*map(_ethnicity, _repetitions(pid, 22))),
    }  # fmt: skip


def _clinicians(around):
    "Their names, the surest first"
    for name, number in _CLINICIANS:
        if name in around:
            yield from (_person(each[1:]) for each in _repetitions(around[name], number))


def segments_around(body):
    """Line of a PID -> name -> the first segment of AROUND behind it."""
    around, mine = {}, {}
    for segment in body:
        if segment.name == "PID":
            mine = around.setdefault(segment.line, {})
        elif segment.name in AROUND:
            mine.setdefault(segment.name, segment)
    return around


def _repetitions(segment: Segment, number):
    "The components of each repetition of a field, as texts; what is empty is None"
    if number not in segment.fields:  # of most messages, so that they cost next to nothing
        return []
    return [
        [clean(component[0]) for component in repetition] + [None] * 12
        for repetition in segment.fields[number]
    ]


def _name(pid):
    "The legal name or one without a type, else another that is in use; no maiden name, no alias"
    names = [each for each in _repetitions(pid, 5) if each[6] not in _OTHER_NAMES]
    return first(
        *(_person(each) for each in sorted(names, key=lambda each: each[6] not in (None, "L")))
    )


def _person(cells):
    "Of family, given and further names, suffix and prefix: as they are spoken"
    family, given, further, suffix, prefix = cells[:5]
    return " ".join(filter(None, (prefix, given, further, family, suffix))) or None


def _phone(cells):
    "The number as it was written, else of its parts; not of a fax or a pager"
    number, use, kind, _, country, area, local = cells[:7]
    if (kind or "").upper() in _NO_PHONES or use == "NET" or (number and "@" in number):
        return None
    parts = " ".join(filter(None, (country and f"+{country.lstrip('+')}", area, local)))
    return first(number, cells[11], parts if local else None)


def _email(cells):
    return next((cell for cell in (cells[3], cells[0]) if cell and "@" in cell), None)


def _postcode(cells):
    return None if (cells[6] or "").upper() in _NO_HOMES else cells[4]


def _language(pid):
    "Its code, where it looks like one; else in words"
    code, words = next(iter(_repetitions(pid, 15)), (None, None))[:2]
    return code if code and _LANGUAGE.fullmatch(code) else first(words, code)


def _ethnicity(cells):
    code, words, system = cells[:3]
    known = _ETHNIC_GROUPS.get(code) if system in ("HL70189", "0189") else None
    return first(words, known, code)
