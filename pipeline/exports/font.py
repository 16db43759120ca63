"""The font of letters and tables on paper, and which characters it cannot draw as they are meant to
be read."""

import unicodedata
from functools import lru_cache

from pipeline.core import UsageError, settings

SHIPPED = "Vera"  # with ReportLab
SITE = "LetterFont"
# drawn one letter after the other; Arabic, Hebrew and the scripts of India and South-East Asia need
# an order and joined forms that ReportLab does not give them
SCRIPTS = {
    "LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "GEORGIAN", "CJK", "HIRAGANA", "KATAKANA", "HANGUL",
    "BOPOMOFO", "FEMININE", "MASCULINE", "MICRO", "MODIFIER",
}  # fmt: skip


def missing_characters(text):
    """The characters of a text that the font does not draw, each once, in order. Raises UsageError
    for a font that cannot be used."""
    glyphs = pdf_font().face.charToGlyph
    return "".join(sorted({each for each in composed(text) if not _is_drawn(each, glyphs)}))


def drawable(text):
    """A text with a question mark for each character that the font does not draw. Raises UsageError
    for a font that cannot be used."""
    missing = missing_characters(text)
    return "".join("?" if each in missing else each for each in composed(text))


def _is_drawn(character, glyphs):
    if character.isspace():
        return True
    kind = unicodedata.category(character)
    if kind.startswith("M") or not glyphs.get(ord(character)):
        return False
    name = unicodedata.name(character, "")
    return not kind.startswith("L") or name.split(" ")[0] in SCRIPTS


def composed(text):
    """A text with letters and their accents as one character, as fonts have them."""
    return unicodedata.normalize("NFC", str(text))  # codespell:ignore normalize


def pdf_font():
    """The font, registered with ReportLab. Raises UsageError."""
    return _registered(settings().letter_font)


@lru_cache(maxsize=1)
def _registered(path):
    "The font of the setting, known to ReportLab; it keeps one of each name"
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFError, TTFont

    name, file = (SITE, str(path)) if path else (SHIPPED, f"{SHIPPED}.ttf")
    try:
        font = TTFont(name, file)
    except (TTFError, OSError):
        raise UsageError(
            f"$B12_LETTER_FONT: {file} is not a TrueType font that can be used. Name a .ttf file."
        ) from None
    pdfmetrics.registerFont(font)
    return font
