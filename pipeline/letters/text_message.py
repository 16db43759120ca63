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


def parts(text):
    """As how many messages a text is sent."""
    if set(text) <= PLAIN | DOUBLE:
        return _of(len(text) + sum(each in DOUBLE for each in text), ONE, EACH)
    return _of(len(text.encode("utf-16-le")) // 2, ONE_WIDE, EACH_WIDE)


def _of(length, one, each):
    return 1 if length <= one else -(-length // each)


def number_to_text(phone):
    """A telephone number as digits, perhaps after a +; None where it cannot be used."""
    bare = _SEPARATORS.sub("", (phone or "").replace("(0)", ""))
    return bare if _NUMBER.fullmatch(bare) else None
