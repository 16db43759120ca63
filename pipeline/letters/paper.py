"""Letters on paper: one PDF, each letter from the top of a page of its own."""

import io
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from xml.sax.saxutils import escape

from pipeline.core import UsageError, settings
from pipeline.letters.plan import Letter

SHIPPED = "Vera"  # with ReportLab
SITE = "LetterFont"
# drawn one letter after the other; Arabic, Hebrew and the scripts of India and South-East Asia need
# an order and joined forms that ReportLab does not give them
SCRIPTS = {
    "LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "GEORGIAN", "CJK", "HIRAGANA", "KATAKANA", "HANGUL",
    "BOPOMOFO", "FEMININE", "MASCULINE", "MICRO", "MODIFIER",
}  # fmt: skip
MARGIN, LEFT, BLOCK = 57, 71, 128  # points: 2 cm, 2.5 cm, and the height of name and address


@dataclass(frozen=True)
class Undrawn:
    """Why a letter is not in the PDF: characters, each once, in order."""

    letter: Letter
    characters: str = field(repr=False)


def undrawn(letters):
    """The letters, as Undrawn, that the font cannot draw as they are meant to be read. Raises
    UsageError for a font that cannot be used."""
    glyphs = _font().face.charToGlyph
    found = []
    for letter in letters:
        text = _composed("".join(map(str, _texts(letter))))
        if missing := sorted({each for each in text if not _is_drawn(each, glyphs)}):
            found.append(Undrawn(letter, "".join(missing)))
    return found


def no_glyphs(one):
    """Why an Undrawn is not in the PDF, in the words of a sentence."""
    return f"the font of the PDF does not have {' '.join(one.characters)}"


def _texts(letter):
    shown = (letter.to, letter.name, letter.subject, letter.text, letter.patient_id, letter.today)
    return (*shown, letter.postcode_area or "", settings().clinic_name or "")


def _composed(text):
    "With letters and their accents as one character, as fonts have them"
    return unicodedata.normalize("NFC", str(text))  # codespell:ignore normalize


def _is_drawn(character, glyphs):
    if character.isspace():
        return True
    kind = unicodedata.category(character)
    if kind.startswith("M") or not glyphs.get(ord(character)):
        return False
    name = unicodedata.name(character, "")
    return not kind.startswith("L") or name.split(" ")[0] in SCRIPTS


def as_pdf(letters):
    """The bytes of a PDF with these letters, A4, in order. The same letters give the same bytes.
    Raises UsageError for a letter that cannot be drawn."""
    if undrawn(letters):
        raise UsageError(
            "The font of the letters does not have every character of a name. Write them as CSV, or"
            " set $B12_LETTER_FONT to a font that has them."
        )
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import PageBreak, SimpleDocTemplate

    styles, story, out = _styles(), [], io.BytesIO()
    for number, letter in enumerate(letters):
        story += [PageBreak()] if number else []
        story += _pages_of(letter, styles)
    SimpleDocTemplate(
        out, pagesize=A4, title="Letters", invariant=1, leftMargin=LEFT, rightMargin=LEFT,
        topMargin=MARGIN, bottomMargin=MARGIN,
    ).build(story)  # fmt: skip
    return out.getvalue()


def _pages_of(letter, styles):
    from reportlab.platypus import KeepInFrame, Paragraph, Spacer

    def said(style, text):
        return Paragraph(escape(_composed(text)).replace("\n", "<br/>"), styles[style])

    sender = " · ".join(filter(None, (settings().clinic_name, settings().clinic_phone)))
    reference = " · ".join(filter(None, (letter.patient_id, letter.postcode_area)))
    to = KeepInFrame(260, BLOCK, [said("text", letter.to)], hAlign="LEFT", mode="truncate")
    return [
        said("small", sender or " "), Spacer(1, 36), to, Spacer(1, BLOCK - 30),
        said("right", letter.today), said("subject", letter.subject),
        *(said("text", part) for part in letter.text.split("\n\n") if part.strip()),
        Spacer(1, 24), said("small", reference),
    ]  # fmt: skip


def _font():
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


def _styles():
    from reportlab.lib.enums import TA_RIGHT
    from reportlab.lib.styles import ParagraphStyle

    font = _font().fontName
    sizes = {"small": 8.5, "text": 11, "right": 11, "subject": 13}
    return {
        name: ParagraphStyle(
            name, fontName=font, fontSize=size, leading=size * 1.45, spaceAfter=size * 0.8,
            alignment=TA_RIGHT if name == "right" else 0,
        )
        for name, size in sizes.items()
    }  # fmt: skip
