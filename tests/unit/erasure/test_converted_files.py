"A patient goes from a workbook, a SAS transport file and a zip, and no other patient's row changes or moves."

import zipfile
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest

from pipeline.core.config import Home
from pipeline.erasure.cut import in_packed
from pipeline.erasure.search import in_delivered
from pipeline.profiles import read_profile
from pipeline.readers import converted
from tests.workbooks import workbook

PROFILE = read_profile("canonical")
HEADER = ["Patient_ID ", "value", "collected_at"]
DAY = datetime.fromisoformat("2026-01-05")


def text_of(path, folder, **options):
    return converted(path, folder, **options).path.read_text(encoding="utf-8").split("\n")


def erased(path, patient, profile=PROFILE):
    with TemporaryDirectory() as home:
        found = in_delivered(
            Home(Path(home)), path, profile=profile, kind="lab_result", ids=[patient]
        )
        if found.records:
            in_packed(path, found.cut)
    return found.records


def test_a_workbook_keeps_its_rows_its_other_sheets_and_its_numbers(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        labs=[HEADER, [7003.0, 165.5, DAY], ["ann", "=1+1", DAY], [], ["bob", "<150", DAY]],
        contacts=[["Mail"], ["ann"], ["bob"]],
    )
    before = text_of(path, tmp_path)
    assert erased(path, "nobody") == 0
    assert erased(path, "ann") == 2
    assert text_of(path, tmp_path) == [*before[:2], "", *before[3:]]
    assert text_of(path, tmp_path, sheet="contacts") == ["Mail", "", "bob", ""]
    assert text_of(path, tmp_path, decimal_mark=",")[1].startswith('7003,"165,5"')
    assert b"ann" not in b"".join(parts(path))
    assert erased(path, "7003") == 1, "an id that Excel keeps as a number"


def parts(path):
    with zipfile.ZipFile(path) as archive:
        return [archive.read(name) for name in archive.namelist()]


def test_a_comment_of_a_workbook_goes_with_the_row(tmp_path):
    made = openpyxl.Workbook()
    made.active.append(HEADER)
    made.active.append(["ann", 1, DAY])
    made.active["A2"].comment = openpyxl.comments.Comment("ann is ill", "x")
    made.save(tmp_path / "a.xlsx")
    assert erased(tmp_path / "a.xlsx", "ann") == 1
    assert b"ann" not in b"".join(parts(tmp_path / "a.xlsx"))


def test_the_sheet_of_the_profile_is_the_one_that_is_read(tmp_path):
    path = workbook(tmp_path / "a.xlsx", cover=[["Report"]], labs=[HEADER, ["ann", 1, DAY]])
    assert erased(path, "ann", PROFILE.model_copy(update={"sheet": "labs"})) == 1
    assert text_of(path, tmp_path, sheet="labs")[1:] == [""]


@pytest.mark.parametrize("version", [5, 8])
def test_a_transport_file_keeps_the_days_and_numbers_of_others(tmp_path, version):
    path = tmp_path / "a.xpt"
    frame = pd.DataFrame({"SEQN": [7.0, 8.0], "value": [165.3, None], "D": [DAY.date(), None], "T": [None, DAY]})  # fmt: skip
    pyreadstat.write_xport(frame, path, file_format_version=version)
    before, _ = pyreadstat.read_xport(path, output_format="dict")
    by_number = PROFILE.model_copy(update={"patient_columns": {"lab_result": "SEQN"}})
    assert erased(path, "9", by_number) == 0
    assert erased(path, "7", by_number) == 1
    after, _ = pyreadstat.read_xport(path, output_format="dict")
    assert {name: list(cells)[1:] for name, cells in after.items()} == {
        name: list(cells)[1:] for name, cells in before.items()
    }
    assert all(pd.isna(cells[0]) for cells in after.values()), "its row stays, and holds nothing"
    assert erased(path, "8", by_number) == 1
    assert erased(path, "8", by_number) == 0, "a file without rows is still one"


def test_a_zip_is_packed_anew_without_the_patient_and_without_what_lay_beside(tmp_path):
    path = tmp_path / "a.zip"
    csv = "patient_id,value\nann,1\nbob,2\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x/labs.csv", csv)
        archive.writestr("letter.doc", "ann")
    assert erased(path, "cid") == 0
    assert erased(path, "ann") == 1
    assert parts(path) == [b"patient_id,value\n\nbob,2\n"]
    assert [file.name for file in tmp_path.iterdir()] == ["a.zip"], "nothing is left beside"


def test_parquet_in_a_gzip_or_a_zip(tmp_path):
    pd.DataFrame({"patient_id": ["ann", "bob"]}).to_parquet(tmp_path / "a.parquet")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / "a.parquet", "a.parquet")
    assert erased(tmp_path / "a.zip", "ann") == 1


@pytest.mark.parametrize("name", ["is_theirs", "file_row_number", "patient_ID"])
def test_parquet_columns_of_any_name_and_type_stay_as_they_are(tmp_path, name):
    "Also names that a statement of ours might use, and types that SQL has no cast for"
    columns = {
        "patient_id": pa.array(["ann", "bob", "cat"]), name: pa.array([True, False, None]),
        "d": pa.array([1, 2, 3], pa.decimal128(20, 3)), "t": pa.array([0, 1, 2], pa.timestamp("ns", "Europe/Berlin")),
         "b": pa.array([b"x", b"", None]),
    }  # fmt: skip
    if name.lower() == "patient_id":
        columns.pop(name)
    before = pa.table(columns).replace_schema_metadata({"made": "by a sender"})
    pq.write_table(before, path := tmp_path / "a.parquet")
    any_columns = PROFILE.model_copy(
        update={"other_columns": "ignored", "patient_columns": {"lab_result": "patient_id"}}
    )
    assert erased(path, "bob", any_columns) == 1
    after = pq.read_table(path)
    assert after.schema.equals(before.schema, check_metadata=True)
    assert after.to_pylist() == [
        row if row["patient_id"] != "bob" else dict.fromkeys(row) for row in before.to_pylist()
    ]
