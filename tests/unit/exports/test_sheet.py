"The workbook: dates are dates, every text stays a text, and it says what it is"

import csv
import io
import shutil
import subprocess
from datetime import date

import pytest
from openpyxl import load_workbook

from pipeline import exports
from tests.exported import META, row

DANGEROUS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")')


def workbook(rows):
    out = io.BytesIO()
    exports.write("xlsx", rows, out, meta=META)
    return load_workbook(io.BytesIO(out.getvalue()))


def column(sheet, title):
    place = [cell.value for cell in sheet[1]].index(title) + 1
    return [sheet.cell(line, place) for line in range(2, sheet.max_row + 1)]


def test_the_heading_is_first_frozen_and_filters():
    sheet = workbook([row(), row(patient_id="bob")])["Worklist"]
    assert [cell.value for cell in sheet[1]][:5] == [
        "Priority",
        "Patient ID",
        "Next step",
        "Reason",
        "Safety",
    ]
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref.startswith("A1:") and sheet.auto_filter.ref.endswith("3")
    assert round(sheet.column_dimensions["D"].width) in (60, 61)


def test_dates_are_dates_and_numbers_numbers():
    sheet = workbook([row(b12_on=date(2026, 1, 5), priority=1)])["Worklist"]
    [on] = column(sheet, "B12 on")
    assert (on.value.date(), on.is_date, on.number_format) == (date(2026, 1, 5), True, "yyyy-mm-dd")
    assert [cell.value for cell in column(sheet, "Priority")] == [1]


def test_reasons_are_wrapped_and_lists_joined():
    sheet = workbook(
        [
            row(
                reason="A reason that takes more than one line of a cell.",
                flags=["ORDER_MMA", "BY_NAME"],
            )
        ]
    )["Worklist"]
    [reason] = column(sheet, "Reason")
    assert reason.alignment.wrap_text
    assert [cell.value for cell in column(sheet, "Flags")] == ["ORDER_MMA, BY_NAME"]


@pytest.mark.parametrize("text", DANGEROUS, ids=repr)
def test_nothing_runs(text):
    sheet = workbook([row(patient_id=text, b12_reported=text, reason=text)])["Worklist"]
    for title in ("Patient ID", "B12 reported", "Reason"):
        [cell] = column(sheet, title)
        assert cell.data_type == "s"
        assert cell.value.startswith("'") and cell.value.replace("'", "").strip() == text.strip()


@pytest.mark.parametrize("text", ["0012", "1e5", "#N/A", "TRUE", "2026-01-01", "3/4"])
def test_a_text_stays_the_text_it_is(text):
    [cell] = column(workbook([row(patient_id=text)])["Worklist"], "Patient ID")
    assert (cell.data_type, cell.value) == ("s", text)


def test_what_xml_cannot_hold_and_what_is_too_long():
    [cell] = column(workbook([row(reason="a\x00b\x1fc" + "x" * 40_000)])["Worklist"], "Reason")
    assert cell.value.startswith("abcxx") and len(cell.value) < 32_767


def test_it_says_what_it_is():
    about = {line[0].value: line[1].value for line in workbook([row()])["About"].rows}
    assert (
        about["Run"] == META.run_id
        and about["As of"] == META.as_of
        and about["Protocol"] == META.protocol
    )
    assert about["Notice"] == META.notice


def test_an_empty_worklist_is_a_sheet_with_a_heading():
    sheet = workbook([])["Worklist"]
    assert sheet.max_row == 1 and sheet["B1"].value == "Patient ID"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_in_libreoffice_its_cells_are_still_text(tmp_path):
    exports.write(
        "xlsx", [row(patient_id="=1+1", b12_reported="0012")], tmp_path / "worklist.xlsx", meta=META
    )
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    convert = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "csv:Text - txt - csv (StarCalc):44,34,76",
        "--outdir",
        str(tmp_path),
    ]
    subprocess.run(
        [*convert, str(tmp_path / "worklist.xlsx")], check=True, capture_output=True, timeout=120
    )
    with (tmp_path / "worklist.csv").open(encoding="utf-8", newline="") as file:
        [found] = csv.DictReader(file)
    assert (found["Patient ID"], found["B12 reported"], found["B12 on"]) == (
        "'=1+1",
        "0012",
        "2026-01-05",
    )
