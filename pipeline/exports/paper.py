"""Tables on paper: a PDF with a title, tables and notes."""

from dataclasses import dataclass
from xml.sax.saxutils import escape

FONT, BOLD = "Vera", "VeraBd"  # they ship with ReportLab


@dataclass(frozen=True)
class PaperTable:
    """A table with its title: heads, and rows of as many texts."""

    title: str
    heads: tuple
    rows: tuple


def write_paper(path, *, title, subtitle, tables, notes):
    """Write PaperTables as a PDF, A4 across. The same content gives the same bytes."""
    from reportlab.lib.pagesizes import A4, landscape  # a fifth of a second
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

    styles = _styles()

    def said(style, text):
        return Paragraph(escape(str(text)), styles[style])

    story: list = [said("title", title), said("text", subtitle)]
    for each in tables:
        cells = [[said("cell", cell) for cell in row] for row in (each.heads, *each.rows)]
        widths = [110, *[None] * (len(each.heads) - 1)]
        story += [Spacer(1, 10), said("part", each.title)]
        story.append(Table(cells, colWidths=widths, style=GRID, repeatRows=1, hAlign="LEFT"))
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


def _styles():
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name in (FONT, BOLD):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))
    sizes = {"title": (BOLD, 16), "part": (BOLD, 11), "text": (FONT, 8.5), "cell": (FONT, 8)}
    return {
        name: ParagraphStyle(name, fontName=font, fontSize=size, leading=size * 1.4, spaceAfter=3)
        for name, (font, size) in sizes.items()
    }
