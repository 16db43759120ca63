"Workbooks, SAS transport files and zips are read like the CSV that holds the same; what cannot be read is refused, and no message tells a value."

import csv
import gzip
import zipfile
from datetime import date, datetime, time

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyreadstat
import pytest
import xlsxwriter

from pipeline.core.errors import Refused
from pipeline.readers.convert import cell_text, converted, is_transport, is_workbook
from pipeline.readers.unpack import tables_in_zip, unpacked
from tests.workbooks import workbook

SECRET = "s3cret-1950"


def lines(tmp_path, path, **options):
    table = converted(path, tmp_path, **options)
    with table.path.open(encoding=table.encoding, newline="") as file:
        return list(csv.reader(file)), table.notes


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""), (True, "true"), (False, "false"), (70003, "70003"), (70003.0, "70003"), (165.30000000000001, "165.3"),
        (0.1 + 0.2, "0.3"), (-4.0, "-4"), (datetime.fromisoformat("2026-01-05"), "2026-01-05"), (datetime.fromisoformat("2026-01-05 08:30:00.000004"), "2026-01-05 08:30:00"),
        (date(2026, 1, 5), "2026-01-05"), (time(8, 30), "08:30:00"), ("two\nlines", "two lines"), ("=1+1", "=1+1"), ("", ""),
    ],
)  # fmt: skip
def test_a_cell_as_text(cell, text):
    assert cell_text(cell) == text


def test_a_number_that_lost_digits_is_no_id():
    "Excel keeps 15: a SNOMED CT code of 18 digits typed as a number is another code"
    assert cell_text(123456789012345678.0) == "1.23456789012346e+17"
    assert cell_text(123456789012345678) == "123456789012345678"


def test_a_workbook_is_a_table_whose_lines_are_its_rows(tmp_path):
    path = workbook(
        tmp_path / "a.csv",
        empty=[],
        labs=[
            ["id", "value", "day"],
            [1.0, 165.5, datetime.fromisoformat("2026-01-05")],
            [],
            ["x", "<150"],
            ["y"],
        ],
        notes=[["seen"]],
    )
    assert is_workbook(path), "by its content, not by its name"
    rows, notes = lines(tmp_path, path)
    assert rows == [["id", "value", "day"], ["1", "165.5", "2026-01-05"], [], ["x", "<150", ""], ["y", "", ""]]  # fmt: skip
    assert notes == ("sheets of the workbook that were not read: notes",)
    assert lines(tmp_path, path, sheet="notes")[0] == [["seen"]]
    assert lines(tmp_path, path, decimal_mark=",")[0][1][1] == "165,5", "as the profile expects it"
    assert len(lines(tmp_path, path, most=1)[0]) == 2
    with pytest.raises(Refused, match="no sheet results; it has: labs, notes"):
        converted(path, tmp_path, sheet="results")


def test_formulas_have_their_cached_value_and_errors_are_empty(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["id", "sum", "error"])
        sheet.write_string(1, 0, "x")
        sheet.write_formula(1, 1, "=100+65", value=165)
        sheet.write_formula(1, 2, "=NA()", value="#N/A")
    assert lines(tmp_path, tmp_path / "a.xlsx")[0][1] == ["x", "165", ""]


@pytest.mark.parametrize("version", [5, 8])
def test_a_transport_file_is_a_table_of_text(tmp_path, version):
    frame = pd.DataFrame({
        "SEQN": [1.0, 70003.0, 3.0], "NAME": ["é", "", "b"], "X": [165.3, np.nan, 0.1],
        "D": [date(2026, 1, 5), None, date(2026, 2, 1)], "T": [datetime.fromisoformat("2026-01-05 08:30"), None, datetime.fromisoformat("2026-01-05")],
    })  # fmt: skip
    path = tmp_path / "a.xpt"
    pyreadstat.write_xport(frame, path, file_format_version=version)
    assert is_transport(path)
    table = pq.read_table(converted(path, tmp_path).path).to_pylist()
    assert [list(row.values()) for row in table] == [
        ["1", "é", "165.3", "2026-01-05", "2026-01-05 08:30:00"],
        ["70003", None, None, None, None],
        ["3", "b", "0.1", "2026-02-01", "2026-01-05"],
    ]
    assert pq.read_table(converted(path, tmp_path, most=2).path).num_rows == 2


def test_a_transport_file_in_parts_in_another_encoding_and_without_rows(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.readers.convert.CHUNK", 2)
    path = tmp_path / "a.xpt"
    for rows in (0, 1, 2, 5):
        frame = pd.DataFrame({"ID": [float(row) for row in range(rows)]})
        pyreadstat.write_xport(frame, path)
        table = pq.read_table(converted(path, tmp_path).path)
        assert table.column("ID").to_pylist() == [str(row) for row in range(rows)]
    pyreadstat.write_xport(pd.DataFrame({"NAME": ["Mxx"]}), path)
    path.write_bytes(path.read_bytes().replace(b"Mxx", b"M\xfc "))
    assert pq.read_table(converted(path, tmp_path).path).to_pylist() == [{"NAME": "Mü"}]


def zipped(path, /, **files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_a_zip_of_one_table_is_that_table(tmp_path):
    path = zipped(
        tmp_path / "labs.csv.zip",
        **{"../../labs.csv": "a,b\n", "__MACOSX/._labs.csv": "x", "readme.pdf": "x", "in/": ""},
    )
    plain = unpacked(path, tmp_path)
    assert (plain.read_text(), plain.suffix, plain.parent) == ("a,b\n", ".csv", tmp_path), (
        "a name leads nowhere"
    )


def test_a_workbook_in_a_zip_in_a_gzip(tmp_path):
    book = workbook(tmp_path / "a.xlsx", labs=[["id"]])
    path = zipped(tmp_path / "a.zip", **{"a.xlsx": book.read_bytes()})
    (tmp_path / "a.zip.gz").write_bytes(gzip.compress(path.read_bytes()))
    assert is_workbook(unpacked(tmp_path / "a.zip.gz", tmp_path))


def damaged(path):
    content = bytearray(path.read_bytes())
    content[60:90] = b"\0" * 30
    return bytes(content)


def with_password(path):
    "The flag of a member that is encrypted, in its two headers"
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\1\2") + 8] |= 1
    return bytes(content)


REFUSALS = [
    ("several", {"a.csv": SECRET, "b.csv": ""}, None, "2 tables: unzip it"),
    ("none", {"a.exe": "", "b.exe": ""}, None, "holds no table"),
    ("nothing", {}, None, "holds no table"),
    ("a bomb", {"a.csv": b"0" * (70 << 20)}, None, "more than 200 times"),
    ("cut", {"a.csv": SECRET}, lambda path: path.read_bytes()[:-9], "truncated or damaged"),
    ("damaged", {"a.csv": SECRET * 99}, damaged, "truncated or damaged"),
    ("password", {"a.csv": SECRET}, with_password, "protected by a password"),
]


@pytest.mark.parametrize(
    ("files", "change", "said"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS]
)
def test_a_zip_that_cannot_be_read_is_refused(tmp_path, files, change, said):
    path = zipped(tmp_path / "a.zip", **files)
    if change:
        path.write_bytes(change(path))
    with pytest.raises(Refused, match=said) as refused:
        unpacked(path, tmp_path)
    assert SECRET not in str(refused.value)


def test_a_workbook_or_transport_file_that_is_damaged_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    zipped(path, **{"xl/workbook.xml": "<a", "[Content_Types].xml": "<a"})
    with pytest.raises(Refused, match="workbook is damaged"):
        converted(path, tmp_path)
    pyreadstat.write_xport(pd.DataFrame({"ID": [1.0]}), tmp_path / "a.xpt")
    (tmp_path / "b.xpt").write_bytes((tmp_path / "a.xpt").read_bytes()[:300])
    with pytest.raises(Refused, match="transport file is damaged"):
        converted(tmp_path / "b.xpt", tmp_path)
    openpyxl.Workbook().save(path)
    with pytest.raises(Refused, match="no sheet with rows"):
        converted(path, tmp_path)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"])  # fmt: skip
@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.9])
def test_a_workbook_of_which_a_part_is_cut_or_empty_is_refused_or_read(tmp_path, part, share):
    with zipfile.ZipFile(workbook(tmp_path / "a.xlsx", labs=[["id", SECRET]] * 3)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    parts[part] = parts[part][: int(len(parts[part]) * share)]
    zipped(tmp_path / "b.xlsx", **parts)
    try:
        lines(tmp_path, tmp_path / "b.xlsx")
    except Refused as refused:
        assert SECRET not in str(refused)


def test_the_tables_of_a_zip(tmp_path):
    path = zipped(tmp_path / "a.zip", **{"x/a.csv": "", "x/b.XLSX": "", ".hidden.csv": "", "c.doc": ""})  # fmt: skip
    assert [member.filename for member in tables_in_zip(path)] == ["x/a.csv", "x/b.XLSX"]


def test_a_text_that_a_workbook_keeps_once_and_names_in_every_cell_is_a_bomb(tmp_path):
    "850 kB of it filled the disk with 11 GB, and took hours"
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        for row in range(3000):
            sheet.write_string(row, 0, "x" * 30_000)
    with pytest.raises(Refused, match="expands to more than 200 times its size"):
        converted(tmp_path / "a.xlsx", tmp_path)
    assert (tmp_path / "sheet.csv").stat().st_size < 70_000_000
