"""SMS: how many messages a text is, and which numbers can be texted."""

import re

MOST_PARTS = 2
# the alphabet of GSM 03.38; a text with any other character is sent in 70 instead of 160
PLAIN = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
DOUBLE = set("^{}\\[~]|€")
ONE, EACH = 160, 153
ONE_WIDE, EACH_WIDE = 70, 67
_SEPARATORS = re.compile(r"[\s()./\u2010-\u2015-]+")
_NUMBER = re.compile(r"\+?[0-9]{7,15}")
# written between the country code and the area code, where it is not dialled: +44 (0)20 …
_TRUNK = re.compile(r"^([\s(]*(?:\+|00)[\s()]*[0-9]{1,3}[\s)./-]*)\([\s]*0[\s]*\)")
_BETWEEN = re.compile(r"[/;]|\b(?:or|oder)\b", re.IGNORECASE)  # codespell:ignore oder
_OF_ITS_OWN = 6  # digits; an area code before a slash has fewer
_COUNTRY_CODE = 3  # digits at most


def parts(text):
    """As how many messages a text is sent."""
    if set(text) <= PLAIN | DOUBLE:
        return _of(len(text) + sum(each in DOUBLE for each in text), ONE, EACH)
    return _of(len(text.encode("utf-16-le")) // 2, ONE_WIDE, EACH_WIDE)


def _of(length, one, each):
    return 1 if length <= one else -(-length // each)


def number_to_text(phone):
    """A telephone number as digits, perhaps after a +; None where it cannot be used."""
    bare = _SEPARATORS.sub("", _TRUNK.sub(r"\1", phone or ""))
    return bare if _NUMBER.fullmatch(bare) and not has_two_numbers(phone) else None


def has_two_numbers(phone):
    """Whether a field has two telephone numbers, such as `020 7946 0000 / 020 7946 0001`; an area
    code before a slash is none."""
    first, *others = _BETWEEN.split(_TRUNK.sub(r"\1", phone or ""))
    of_country = re.match(r"[\s(]*(\+|00)", first)
    extra = len(of_country[1].strip("+")) + _COUNTRY_CODE if of_country else 0
    lengths = [_digits(first) - extra, *map(_digits, others)]
    return sum(length >= _OF_ITS_OWN for length in lengths) > 1


def _digits(text):
    return sum(each.isdigit() for each in text)
