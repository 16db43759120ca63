"""An Excel workbook: the worklist on one sheet, what it is on another. Every text stays
a text, also one that looks like a formula or a number."""

from datetime import date
from itertools import chain

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from pipeline.exports.cells import COLUMNS, cell, columns_of, title

WIDTHS = {
    "reason": 60,
    "safety": 34,
    "flags": 34,
    "cohorts": 34,
    "cites": 24,
    "changed_because": 40,
    "status_reason": 30,
    "patient_id": 18,
}
FORMATS = {
    "top": {"valign": "top"}, "day": {"num_format": "yyyy-mm-dd", "valign": "top"},
    "wrapped": {"text_wrap": True, "valign": "top"}, "heading": {"bold": True},
}  # fmt: skip


def write_sheet(rows, out, meta):
    """Write the rows as a workbook into a binary file: dates are dates, the heading is frozen, each
    column filters."""
    book = xlsxwriter.Workbook(
        out, {"constant_memory": True}
    )  # a row is written before the next one comes
    book.set_properties({"author": "b12-screening", "title": f"Worklist of {meta.as_of}"})
    styles = {name: book.add_format(look) for name, look in FORMATS.items()}
    _worklist(book.add_worksheet("Worklist"), iter(rows), styles)
    _about(book.add_worksheet("About"), meta, styles)
    try:
        book.close()
    except FileCreateError as error:  # wraps errors of the file: no space, or a closed pipe
        raise error.args[0] from None


def _worklist(sheet, rows, styles):
    first = next(rows, None)
    columns = columns_of(first) if first else list(COLUMNS[:4])
    for column, name in enumerate(columns):
        sheet.set_column(column, column, WIDTHS.get(name, max(12, len(title(name)) + 4)))
        sheet.write_string(0, column, title(name), styles["heading"])
    number = 0
    for number, row in enumerate(chain([first] if first else [], rows), start=1):
        for column, name in enumerate(columns):
            _write(sheet, number, column, cell(row.get(name)), styles)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, number, len(columns) - 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _write(sheet, line, column, value, styles):
    "By the kind of the value, never guessed from what it looks like"
    if value is None or value == "":
        return
    if isinstance(value, str):
        sheet.write_string(
            line,
            column,
            value.replace("\r\n", "\n").replace("\r", "\n"),
            styles["wrapped" if len(value) > 30 else "top"],
        )
    elif isinstance(value, date):
        sheet.write_datetime(line, column, value, styles["day"])
    else:
        sheet.write_number(line, column, value, styles["top"])


def _about(sheet, meta, styles):
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 100)
    for line, (name, value) in enumerate((
        ("Notice", meta.notice), ("Run", meta.run_id), ("As of", meta.as_of),
        ("Protocol", meta.protocol),
        ("Priority", "1 urgent, 2 soon, 3 next weeks, 4 routine"),
        ("Texts", "Texts that a spreadsheet would run as a formula begin with an apostrophe."),
    )):  # fmt: skip
        sheet.write_string(line, 0, name, styles["heading"])
        sheet.write_string(line, 1, str(cell(value)), styles["wrapped"])
