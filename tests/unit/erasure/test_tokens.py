"The words of delivered files of any format; None where they cannot be read"

import gzip
import io
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest
import xlsxwriter

from pipeline.erasure.tokens import tokens_of


def parquet(table):
    pq.write_table(pa.table(table), file := io.BytesIO())
    return file.getvalue()


def zipped(text):
    with zipfile.ZipFile(file := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", text)
    return file.getvalue()


def workbook(**sheets):
    with xlsxwriter.Workbook(file := io.BytesIO(), {"in_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
    return file.getvalue()


def transport(frame):
    with TemporaryDirectory() as folder:
        pyreadstat.write_xport(frame, path := Path(folder) / "a.xpt")
        return path.read_bytes()


NESTED = parquet(
    {
        "codes": [["ann", "bob"]],
        'a "b"': ["Meier, Ann"],
        "number": [7.0],
        "none": pa.array([None], pa.string()),
    }
)
BOMB = gzip.compress(b"0" * (70 << 20), mtime=0)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.csv", b"\xef\xbb\xbfann;5' x\nfor bob", {"ann", "5' x", "5", "x", "for bob", "bob"}),
        ("a.csv", "à,Müll\n".encode(), {"à", "Müll"}),
        ("a.csv", b"x\xe9\n\xc3\xa0,M\xc3\xbcll,M\xfcll,M\x9al\n", {"xé", "à", "Müll", "Mšl"}),
        ("a.CSV.GZ", gzip.compress(b"ann,1\n", mtime=0), {"ann", "1"}),
        ("a.csv", NESTED, {"ann", "bob", "Meier, Ann", "7.0"}),
        ("a.parquet.gz", gzip.compress(NESTED, mtime=0), {"ann", "Meier, Ann"}),
        ("a.csv.zip", zipped("ann,1\n"), {"ann", "1"}),
        (
            "a.xlsx",
            workbook(labs=[["id"], ["ann"], [7.0]], notes=[["seen bob"]]),
            {"ann", "7", "bob"},
        ),
        (
            "a.xpt",
            transport(pd.DataFrame({"ID": [7.0, 8.0], "NAME": ["ann", ""]})),
            {"7", "8", "ann"},
        ),
    ],
)
def test_they_are_found(tmp_path, name, data, words):
    (tmp_path / name).write_bytes(data)
    assert words <= tokens_of(tmp_path / name, tmp_path)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.parquet", b"cut"), ("a.csv", NESTED[:-9]), ("a.csv", gzip.compress(b"ann", mtime=0)[:-4]), ("a.csv.gz", b"damaged"), ("a.csv", BOMB),
        ("a.csv", zipped("ann")[:-9]), ("a.csv.gz", gzip.compress(zipped("ann")[:-9], mtime=0)), ("a.csv", parquet({"a": pa.array([b"\xff"], pa.binary()).view(pa.string())})),
    ],
    ids=["parquet", "parquet, cut", "gzip, cut", "gzip, damaged", "bomb", "zip, cut", "zip, cut, in gzip", "no text"],
)  # fmt: skip
def test_what_cannot_be_read_at_all(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    assert tokens_of(tmp_path / name, tmp_path) is None
