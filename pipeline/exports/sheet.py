"""An Excel workbook: the worklist on one sheet, what it is on another. Every text is a text, whatever it looks like."""

from datetime import date
from itertools import chain

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from pipeline.exports.cells import COLUMNS, cell, columns_of, title

WIDTHS = {"reason": 60, "safety": 34, "flags": 34, "cohorts": 34, "cites": 24, "changed_because": 40, "status_reason": 30, "patient_id": 18}
LEFT_OUT = {  # of a sheet that people read; CSV and JSON have them
    "active_b12", "active_b12_on", "mma", "metformin_since", "acid_suppressant_since", "diet", "renal", "opened_on", "as_of",
}  # fmt: skip
STYLES = {
    "top": {"alignment": Alignment(vertical="top")},
    "day": {"number_format": "yyyy-mm-dd", "alignment": Alignment(vertical="top")},
    "wrapped": {"alignment": Alignment(wrap_text=True, vertical="top")},
    "heading": {"font": Font(bold=True)},
}


def write_sheet(rows, out, meta):
    """Write the rows as a workbook into a binary file: dates are dates, the heading is frozen, each column filters."""
    book = Workbook(write_only=True)
    _worklist(book.create_sheet("Worklist"), iter(rows))
    _about(book.create_sheet("About"), meta)
    book.properties.creator, book.properties.title = "b12-screening", f"Worklist of {meta.as_of}"
    book.save(out)


def _worklist(sheet, rows):
    first = next(rows, None)
    columns = [name for name in (columns_of(first) if first else COLUMNS[:4]) if name not in LEFT_OUT]
    sheet.freeze_panes = "C2"
    for place, name in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = WIDTHS.get(name, max(12, len(title(name)) + 4))
    pen, number = _Pen(sheet), 1
    sheet.append([pen.text(title(name), "heading") for name in columns])
    for row in chain([first] if first else [], rows):
        sheet.append([pen.cell(row.get(name)) for name in columns])
        number += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{number}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


class _Pen:
    "Cells in a few styles, each made once: a style set on every cell takes longer than all the rest"

    def __init__(self, sheet):
        self.sheet, self.styles = sheet, {}

    def cell(self, value):
        value = cell(value)
        if value is None or value == "":
            return None  # no cell at all
        if isinstance(value, str):
            return self.text(value, "wrapped" if len(value) > 30 else "top")
        return self._in_style(WriteOnlyCell(self.sheet, value), "day" if isinstance(value, date) else "top")

    def text(self, value, style):
        found = WriteOnlyCell(self.sheet)
        # set as a text, not guessed: openpyxl takes "#N/A" for an error, and "=1+1" for a formula
        found._value, found.data_type = value, "s"
        return self._in_style(found, style)

    def _in_style(self, found, style):
        if style not in self.styles:
            model = WriteOnlyCell(self.sheet)
            for name, worn in STYLES[style].items():
                setattr(model, name, worn)
            self.styles[style] = model._style
        found._style = self.styles[style]
        return found


def _about(sheet, meta):
    pen = _Pen(sheet)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 14, 100
    for name, value in (
        ("Notice", meta.notice), ("Run", meta.run_id), ("As of", meta.as_of), ("Protocol", meta.protocol),
        ("Priority", "1 urgent, 2 soon, 3 next weeks, 4 routine"),
        ("Texts", "A text that a spreadsheet would run as a formula is led by an apostrophe."),
    ):  # fmt: skip
        sheet.append([pen.text(name, "heading"), pen.text(cell(value), "wrapped")])
