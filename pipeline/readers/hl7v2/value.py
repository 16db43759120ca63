"""What an OBX says: its value as the laboratory wrote it, its unit, range and status. Numbers are
not read here: staging does."""

import re

from pipeline.readers.hl7v2.fields import coded_text, filled, first, text, whole, with_signs

FREE = ("TX", "FT")
TEXTUAL = ("ST", *FREE)
CODED = ("CE", "CWE", "CNE", "CF")
_ATTACHMENTS = ("ED",)
_UCUM = ("UCUM", "HTTP://UNITSOFMEASURE.ORG", "2.16.840.1.113883.6.8")
_NUMBER = r"[+-]?\d+(?:[.,]\d+)*"
_BETWEEN = re.compile(rf"({_NUMBER})\s*(?:-|–|to)\s*({_NUMBER})", re.IGNORECASE)
_ONE_SIDED = re.compile(rf"([<>])=?\s*({_NUMBER})")
_RESULT = re.compile(
    r"\W*(?:(?:greater|more|less) than (?:or equal to )?)?"
    rf"{_NUMBER}(?:\s*[-–:/]\s*{_NUMBER})?(?:\s*[^\s\d]\S*)?"
    r"|\W*(?:weakly |strongly |weak |strong )?(?:positive|pos|negative|neg|non[-"
    r" ]?reactive|reactive|not detected|detected|abnormal|normal"
    r"|present|absent|indeterminate|equivocal|borderline|inconclusive)\W*",
    re.IGNORECASE,
)
# OBR-25 (HL7 table 0123) speaks of the whole order. These letters mean the same there as in OBX-11
# (table 0085); of the others N (results pending), O (no specimen yet) and A (some results) would
# mean something else, so that they are unknown: held.
_STATUS_OF_ORDER = ("F", "C", "P", "R", "S", "I", "X")


def value_of(obx):
    """OBX-5 as text: comparator and number for an SN, the words of a code; several repetitions, and
    components that are not understood, joined so that they are not a number. HTML entities are
    resolved where a comparator stands (SN, NM)."""
    kind = text(obx, 2)
    if kind in _ATTACHMENTS:
        return f"{kind} {text(obx, 5, 2) or ''} {text(obx, 5, 3) or ''}".strip()  # never its data
    read = _READINGS.get(kind or "", _plain)
    parts = filter(None, map(read, obx.fields[5]))
    return ("\n" if kind in TEXTUAL else " ~ ").join(parts) or None


def _plain(repetition):
    """As delivered; an `&lt;` that was not escaped divides subcomponents, which then stand apart:
    it is not a comparator, and what follows it is not a number"""
    delivered = whole(repetition)
    is_divided = delivered != with_signs(delivered)
    return whole(repetition, within=" & ") if is_divided else delivered


def _structured(repetition):
    """`>^2000` as >2000, `^10^-^20` as 10-20, `^1^:^640` as 1:640; a separator that might be read
    as part of a number stands apart. As delivered where its comparator is unknown or a part does
    not belong in an SN."""
    delivered = with_signs(whole(repetition)) or ""
    comparator, low, separator, high, *others = [part.strip() for part in delivered.split("^")] + [
        ""
    ] * 4
    if "^" not in delivered:
        return delivered
    is_odd = comparator not in _COMPARATORS or any(others) or "&" in delivered
    if is_odd or not low:
        return delivered
    pieces = ["" if comparator == "=" else comparator, low, separator, high]
    apart = separator not in ("-", "/", ":", "+") and (separator or high)
    return (" " if apart else "").join(filter(None, pieces))


def _numeric(repetition):
    return with_signs(whole(repetition))


def _interval(repetition):
    "`10^20` as 10-20; an end that is not there is `?`, so that the other is not read as the value"
    low, *high = (whole(repetition) or "^").split("^")
    if len(high) > 1 or not (low or any(high)):
        return whole(repetition)
    return f"{low or '?'}-{''.join(high) or '?'}"


_COMPARATORS = ("", "=", "<", "<=", "=<", "≤", ">", ">=", "=>", "≥")
_READINGS = {"NM": _numeric, "SN": _structured, "NR": _interval} | dict.fromkeys(CODED, coded_text)


def is_result(value):
    """Whether a text reads as a result: a number, perhaps with a comparator and a unit, or a
    finding such as NEGATIVE."""
    return value is not None and len(value) <= 60 and _RESULT.fullmatch(value) is not None


def is_numeric(value, *, is_number_expected):
    """Whether a value tells a number: what is expected to does when it holds a digit, a text when
    it reads as a number."""
    return (
        value is not None
        and any(map(str.isdecimal, value))
        and (is_number_expected or is_result(value))
    )


def units_of(obx):
    """OBX-6 as (unit, printed unit): the code in UCUM where one is given, else its first code, else
    its text; and beside a code, or a text, the first other one that is given, its own first."""
    code, words, _, other_code, other_words = (text(obx, 6, number) for number in range(1, 6))
    original = text(obx, 6, 9)
    if other_code and _is_ucum(obx, 6) and not (code and _is_ucum(obx, 3)):
        return other_code, first(other_words, words, code, original)
    if code:
        return code, first(words, other_words, other_code, original)
    unit = first(words, other_code, other_words, original)
    return unit, next(
        (each for each in (other_code, other_words, original) if each not in (None, unit)), None
    )


def _is_ucum(obx, component):
    return (text(obx, 6, component) or "").upper() in _UCUM


def range_of(obx):
    """OBX-7 as (low, high), texts or None: `180-914`, `<5`, `>=100`; (None, None) for others."""
    said = with_signs(whole(obx.fields[7][0])) or ""
    if between := _BETWEEN.fullmatch(said):
        return between[1], between[2]
    if one := _ONE_SIDED.fullmatch(said):
        return (one[2], None) if one[1] == ">" else (None, one[2])
    return None, None


def status_of(obx, obr, empty_words):
    """OBX-11, else what OBR-25 says of the whole order; unknown, never final, where neither is
    given."""
    of_order = (filled(text(obr, 25), empty_words) or "").upper()
    return filled(text(obx, 11), empty_words) or (
        of_order if of_order in _STATUS_OF_ORDER else "unknown"
    )
