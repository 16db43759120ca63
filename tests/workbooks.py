"""Excel workbooks for tests."""

import xlsxwriter

FORM = {"default_date_format": "yyyy-mm-dd hh:mm", "strings_to_formulas": False}


def workbook(path, **sheets):
    """Write a workbook of these sheets, whose rows are lists of cells; returns its path."""
    with xlsxwriter.Workbook(path, FORM) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
    return path
