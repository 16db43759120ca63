"""The review kit as a paper form: boxes to tick, and lines for comments."""

from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor, black  # codespell:ignore colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    HRFlowable,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
)

from pipeline.review.answers import WORDS_OF_ANSWER
from pipeline.review.kit import ALONE, HOW, INVENTED, UNLIKELY, UNREACHED

FONT, BOLD = "Vera", "VeraBd"  # they ship with reportlab, and have ≥, µ and §
OTHER_SIGNS = {
    "μ": "µ",
    "→": "->",
    "‑": "-",
    "\N{THIN SPACE}": " ",
    "\N{NARROW NO-BREAK SPACE}": " ",
}
GREY, EDGE, OURS = HexColor("#52616d"), HexColor("#7b8a96"), HexColor("#7a4a00")
MARGIN, PADDING = 17 * mm, 6
ALL = "If all of these hold"
STYLES = {
    name: ParagraphStyle(name, fontName=font, fontSize=size, leading=size * 1.35, spaceAfter=after,
                         textColor=colour, leftIndent=indent)
    for name, font, size, after, colour, indent in (
        ("title", BOLD, 17, 6, black, 0), ("part", BOLD, 13, 3, black, 0),
        ("line", BOLD, 9.5, 2, black, 0), ("text", FONT, 8.6, 2.5, black, 0),
        ("item", FONT, 8.6, 1, black, 10), ("small", FONT, 7.4, 1.5, GREY, 0),
        ("example", FONT, 8.2, 2, black, 10), ("cell", FONT, 8.2, 0, black, 0),
    )
}  # fmt: skip


def write_pdf(kit, path):
    """Write the paper form of a kit. The same kit gives the same bytes."""
    _register_fonts()
    raw = kit.pack.raw
    document = SimpleDocTemplate(
        str(path), pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=15 * mm,
        bottomMargin=18 * mm, title=f"Review of {raw['pack']} {raw['version']}",
        author=str(raw["author"]), subject=str(raw["title"]), invariant=1,
    )  # fmt: skip
    story = [*_head(kit), *(block for part in kit.parts for block in _part(part)), *_sources(raw)]
    foot = (
        f"{raw['pack']} {raw['version']} · SHA-256 {kit.sha256[:16]}… · for clinical review; never"
        " an order"
    )
    document.build(story, canvasmaker=lambda *a, **k: _Numbered(*a, foot=_fit(foot), **k))


def _register_fonts():
    for name in {FONT, BOLD} - {*pdfmetrics.getRegisteredFontNames()}:  # letters use them, too
        pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))
    pdfmetrics.registerFontFamily(FONT, normal=FONT, bold=BOLD, italic=FONT, boldItalic=BOLD)


def _fit(text):
    "The text in signs that the font has"
    known = pdfmetrics.getFont(FONT).face.charToGlyph  # pyright: ignore[reportAttributeAccessIssue]
    text = "".join(OTHER_SIGNS.get(sign, sign) for sign in str(text))
    return "".join(sign if ord(sign) in known or sign == "\n" else "?" for sign in text)


def _say(style, text, label=""):
    marked = escape(_fit(text)).replace("[OURS]", _bold("[OURS]", OURS))
    if label:
        marked = f"{_bold(escape(_fit(label)), GREY)} {marked}"
    return Paragraph(marked, STYLES[style])


def _bold(text, colour):
    return f'<font color="{colour.hexval()}"><b>{text}</b></font>'  # codespell:ignore color


def _head(kit):
    raw = kit.pack.raw
    yield _say("title", raw["title"])
    yield _say(
        "text",
        f"Review of the protocol pack {raw['pack']}, version {raw['version']}. Educational; for"
        f" clinical review. {raw['notice']}",
    )
    for label, text in (
        ("Author", raw["author"]), ("Checker", raw["checker"]),
        ("Pack dated", f"{raw['reviewed']}; next review {raw['next_review']}"),
        ("Form made on", kit.made_on), ("SHA-256 of the pack", kit.sha256),
    ):  # fmt: skip
        yield _say("text", text, label)
    yield Spacer(1, 6)
    yield from _how(kit)
    yield Spacer(1, 8)
    yield _say("part", "Contents")
    for part in kit.parts:
        yield _say("item", f"{part.title}: {len(part.lines)} lines")


def _how(kit):
    yield _say("part", "How to answer")
    yield _say("text", "1. Enter your name, role and the date below.")
    yield _say("text", f"2. Tick one box for each line you can judge. {HOW}")
    yield _say(
        "text",
        "3. Give the pages back to the person who sent them. They enter your answers in the form"
        f" {kit.name}.html and save them under your name.",
    )
    yield _say("text", f"{INVENTED}{'; '.join(kit.plain)}.")
    yield Spacer(1, 8)
    for label in ("Name", "Role", "Date and signature"):
        yield _Ruled(label)


def _part(part):
    yield CondPageBreak(70 * mm)
    yield Spacer(1, 10)
    yield _say("part", part.title)
    if part.intro:
        yield _say("text", part.intro)
    for line in part.lines:
        yield KeepTogether([*_line(line), _Boxes(), Spacer(1, 3)])


def _line(line):
    yield HRFlowable("100%", 0.7, color=EDGE, spaceBefore=4, spaceAfter=4)  # codespell:ignore color
    yield _say("line", f"{line.code} · {line.heading}" + (" [OURS]" if line.is_ours else ""))
    if line.when:
        is_one = len(line.when) == 1
        yield _say("text", *line.when if is_one else [""], label="If" if is_one else ALL)
        yield from (_say("item", f"– {part}") for part in line.when if not is_one)
    yield from (_say("text", text, label) for label, text in line.details)
    if line.table:
        yield _table(line.table)
    if line.has_examples:
        yield from _examples(line)
    yield from (_say("small", source, cite) for cite, source in line.cites)


def _table(rows):
    cells = [[_say("cell", word), _say("cell", meaning)] for word, meaning in rows]
    every = ((0, 0), (-1, -1))
    style = [
        ("VALIGN", *every, "TOP"),
        ("LINEBELOW", *every, 0.3, EDGE),
        ("TOPPADDING", *every, 1.5),
        ("BOTTOMPADDING", *every, 2),
    ]
    return Table(cells, colWidths=[48 * mm, None], style=style, hAlign="LEFT", spaceAfter=3)


def _examples(line):
    yield _say("text", "", "Invented example patients")
    for example in line.examples:
        warning = "" if example.is_possible else f" {UNLIKELY}"
        yield _say("example", f"{example.says} Result: {example.result}{warning}")
    if not line.examples:
        yield _say("example", UNREACHED)
    if len(line.examples) == 1:
        yield _say("example", ALONE)


def _sources(raw):
    yield Spacer(1, 12)
    yield _say("part", "Sources")
    yield from (_say("text", text, name) for name, text in raw["sources"].items())


class _Ruled(Flowable):
    "A label with a line to write on"

    def __init__(self, label):
        super().__init__()
        self.label = label

    def wrap(self, width, height):
        self.wide = width
        return width, 8 * mm

    def draw(self):
        self.canv.setFont(FONT, 8.6)
        self.canv.drawString(0, 2, self.label)
        self.canv.setStrokeColor(EDGE)
        self.canv.line(38 * mm, 0, self.wide, 0)


class _Boxes(Flowable):
    "A box to tick for each answer, and two lines for a comment"

    def wrap(self, width, height):
        self.wide = width
        return width, 14 * mm

    def draw(self):
        paper, top = self.canv, 8.5 * mm
        paper.setFont(FONT, 8.6)
        for place, word in enumerate(WORDS_OF_ANSWER.values()):
            left = place * 22 * mm
            paper.rect(left, top - 1, 9, 9)
            paper.drawString(left + 13, top, word)
        left = (len(WORDS_OF_ANSWER) * 22 + 4) * mm
        paper.drawString(left, top, "Comment")
        paper.setStrokeColor(EDGE)
        paper.line(left + 17 * mm, top - 1, self.wide, top - 1)
        paper.line(0, 1 * mm, self.wide, 1 * mm)


class _Numbered(Canvas):
    "Pages with a foot that knows how many there are"

    def __init__(self, *arguments, foot, **options):
        super().__init__(*arguments, **options)
        self.foot, self.pages = foot, []

    def showPage(self):
        self.pages.append(dict(self.__dict__))
        self._startPage()  # pyright: ignore[reportAttributeAccessIssue]

    def save(self):
        for number, page in enumerate(self.pages, start=1):
            self.__dict__.update(page)
            self.setFont(FONT, 7)
            self.setFillColor(GREY)
            self.drawString(MARGIN + PADDING, 10 * mm, self.foot)
            self.drawRightString(
                A4[0] - MARGIN - PADDING, 10 * mm, f"page {number} of {len(self.pages)}"
            )
            super().showPage()
        super().save()
