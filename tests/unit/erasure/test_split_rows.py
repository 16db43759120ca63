"A row that is split is of two people where its columns say so: one goes, the other's cells stay, in every form of a table"

import json

import pandas as pd
import pyreadstat
import pytest

from pipeline.core.config import Home
from pipeline.erasure.search import in_delivered
from pipeline.profiles import read_profile
from tests.workbooks import workbook

HEADER = ["KIND", "MOTHER", "VALUE", "NOTE", "CHILD", "CODE"]
ROWS = [["lab", "ann", "110", "two\nlines, of ann", "bob", "D51.0"], ["dx", "", "", "", "ann", "E11"], ["lab", "cat", "120", "of cat", "", ""], ["lab", "dan", "1", "", "", ""]]  # fmt: skip
PROFILE = {
    "profile": "two", "format": "table", "time_zone": "UTC", "dialect": {"delimiter": ";", "quote": '"', "encoding": "utf-8"},
    "files": {"row": ["*"]},
    "columns": {"row": {"split": {
        "lab_result": {"required": {"patient_id": "MOTHER", "value": "VALUE", "comment": "NOTE", "code": "KIND", "unit": "KIND", "collected_at": "KIND"}},
        "condition": {"required": {"patient_id": "CHILD", "code": "CODE", "onset_on": "KIND"}},
    }}},
}  # fmt: skip


def csv_of(path):
    frame().to_csv(path, sep=";", index=False, lineterminator="\r\n")
    return lambda: pd.read_csv(
        path, sep=";", dtype=str, keep_default_na=False, skip_blank_lines=False
    )


def parquet_of(path):
    frame().to_parquet(path)
    return lambda: pd.read_parquet(path).fillna("")


def workbook_of(path):
    workbook(path, rows=[HEADER, *ROWS])
    return lambda: pd.read_excel(path, dtype=str, keep_default_na=False)


def transport_of(path):
    pyreadstat.write_xport(frame(), path)
    return lambda: pyreadstat.read_xport(path)[0].fillna("")


def frame():
    return pd.DataFrame(ROWS, columns=HEADER)


FORMS = {"a.csv": csv_of, "a.parquet": parquet_of, "a.xlsx": workbook_of, "a.xpt": transport_of}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize(("gone", "changed"), [
    ("ann", {0: ["lab", "", "", "", "bob", "D51.0"], 1: [""] * 6}),
    ("bob", {0: ["lab", "ann", "110", "two lines, of ann", "", ""]}),
    ("cat", {2: [""] * 6}),
])  # fmt: skip
def test_of_two_people_in_a_row_one_stays(tmp_path, name, gone, changed):
    (tmp_path / "two.yaml").write_text(json.dumps(PROFILE))
    profile = read_profile(str(tmp_path / "two.yaml"))
    read = FORMS[name](tmp_path / name)
    before = [[" ".join(cell.split()) for cell in row] for row in read().values.tolist()]
    found = in_delivered(Home(tmp_path), tmp_path / name, profile=profile, kind="row", ids=[gone])
    found.cut(tmp_path / name)
    after = [[" ".join(cell.split()) for cell in row] for row in read().values.tolist()]
    assert after == [changed.get(place, row) for place, row in enumerate(before)]
