"""Letters on paper: one PDF, each letter from the top of a page of its own."""

import io
from dataclasses import dataclass, field
from threading import Lock
from xml.sax.saxutils import escape

from pipeline.core import UsageError, settings
from pipeline.exports import composed, missing_characters, pdf_font
from pipeline.letters.plan import Letter

_ONE_AT_A_TIME = Lock()  # ReportLab does not say that threads may share a font
MARGIN, LEFT, BLOCK = 57, 71, 128  # points: 2 cm, 2.5 cm, and the height of name and address


@dataclass(frozen=True)
class Undrawn:
    """Why a letter is not in the PDF: characters, each once, in order."""

    letter: Letter
    characters: str = field(repr=False)


def undrawn(letters):
    """The letters, as Undrawn, that the font cannot draw as they are meant to be read. Raises
    UsageError for a font that cannot be used."""
    tried = ((letter, missing_characters("".join(map(str, _texts(letter))))) for letter in letters)
    return [Undrawn(letter, missing) for letter, missing in tried if missing]


def no_glyphs(one):
    """Why an Undrawn is not in the PDF, in the words of a sentence."""
    return f"the font of the PDF does not have {' '.join(one.characters)}"


def _texts(letter):
    shown = (letter.to, letter.name, letter.subject, letter.text, letter.patient_id, letter.today)
    return (*shown, letter.postcode_area or "", _sender())


def _sender():
    return " · ".join(filter(None, (settings().clinic_name, settings().clinic_phone)))


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
    document = SimpleDocTemplate(
        out, pagesize=A4, title="Letters", invariant=1, leftMargin=LEFT, rightMargin=LEFT,
        topMargin=MARGIN, bottomMargin=MARGIN,
    )  # fmt: skip
    with _ONE_AT_A_TIME:
        document.build(story)
    return out.getvalue()


def _pages_of(letter, styles):
    from reportlab.platypus import KeepInFrame, Paragraph, Spacer

    def said(style, text):
        return Paragraph(escape(composed(text)).replace("\n", "<br/>"), styles[style])

    reference = " · ".join(filter(None, (letter.patient_id, letter.postcode_area)))
    to = KeepInFrame(260, BLOCK, [said("text", letter.to)], hAlign="LEFT", mode="truncate")
    return [
        said("small", _sender() or " "), Spacer(1, 36), to, Spacer(1, BLOCK - 30),
        said("right", letter.today), said("subject", letter.subject),
        *(said("text", part) for part in letter.text.split("\n\n") if part.strip()),
        Spacer(1, 24), said("small", reference),
    ]  # fmt: skip


def _styles():
    from reportlab.lib.enums import TA_RIGHT
    from reportlab.lib.styles import ParagraphStyle

    font = pdf_font().fontName
    sizes = {"small": 8.5, "text": 11, "right": 11, "subject": 13}
    return {
        name: ParagraphStyle(
            name, fontName=font, fontSize=size, leading=size * 1.45, spaceAfter=size * 0.8,
            alignment=TA_RIGHT if name == "right" else 0,
        )
        for name, size in sizes.items()
    }  # fmt: skip
