"""Tables on paper: a PDF with a title, tables and notes."""

from dataclasses import dataclass
from xml.sax.saxutils import escape

from pipeline.core import settings
from pipeline.exports.font import drawable, missing_characters, pdf_font

BOLD = "VeraBd"  # with ReportLab; a font of the site has no bold one
NOT_DRAWN = (
    "Characters that the font does not have are shown as a question mark. The operator can set"
    " another font: B12_LETTER_FONT."
)


@dataclass(frozen=True)
class PaperTable:
    """A table with its title: heads, and rows of as many texts."""

    title: str
    heads: tuple
    rows: tuple


def write_paper(path, *, title, subtitle, tables, notes):
    """Write PaperTables as a PDF, A4 across; what the font does not have is a question mark, and a
    note says so. The same content gives the same bytes. Raises UsageError for a font that cannot be
    used."""
    from reportlab.lib.pagesizes import A4, landscape  # a fifth of a second
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

    styles = _styles()

    def said(style, text):
        return Paragraph(escape(drawable(text)), styles[style])

    story: list = [said("title", title), said("text", subtitle)]
    for each in tables:
        cells = [[said("cell", cell) for cell in row] for row in (each.heads, *each.rows)]
        widths = [110, *[None] * (len(each.heads) - 1)]
        story += [Spacer(1, 10), said("part", each.title)]
        story.append(Table(cells, colWidths=widths, style=GRID, repeatRows=1, hAlign="LEFT"))
    shown = "".join(map(str, (title, subtitle, *_texts(tables), *notes)))
    notes = (*notes, *([NOT_DRAWN] if missing_characters(shown) else ()))
    story += [Spacer(1, 10), *(said("text", note) for note in notes)]
    SimpleDocTemplate(
        str(path), pagesize=landscape(A4), title=title, invariant=1, leftMargin=40, rightMargin=40,
        topMargin=40, bottomMargin=40,
    ).build(story)  # fmt: skip


GRID = [
    ("LINEBELOW", (0, 0), (-1, -1), 0.3, "#7b8a96"),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
]


def _texts(tables):
    for each in tables:
        yield from (each.title, *(cell for row in (each.heads, *each.rows) for cell in row))


def _styles():
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    font = pdf_font().fontName
    bold = font if settings().letter_font else BOLD
    if bold not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(bold, f"{bold}.ttf"))
    sizes = {"title": (bold, 16), "part": (bold, 11), "text": (font, 8.5), "cell": (font, 8)}
    return {
        name: ParagraphStyle(name, fontName=font, fontSize=size, leading=size * 1.4, spaceAfter=3)
        for name, (font, size) in sizes.items()
    }
