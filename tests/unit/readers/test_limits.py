"""The limits of a file: what is beyond them is refused with the limit, what was found and the setting."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.core import Refused
from pipeline.readers import limits
from pipeline.readers.decoded import check_parquet
from pipeline.readers.fhir.depth import without_deep
from pipeline.readers.hl7v2.file import UNREAD, messages

MESSAGE = "MSH|^~\\&|LAB|H|B|C|20260101||ORU^R01|1|P|2.5\rPID|1||P1\r"


@pytest.mark.parametrize(
    ("check", "variable"),
    [
        (limits.check_rows, "B12_FILE_ROWS"),
        (limits.check_columns, "B12_FILE_COLUMNS"),
        (limits.check_cell, "B12_FILE_CELL"),
    ],
)
def test_each_limit_is_named_with_what_was_found(monkeypatch, check, variable):
    monkeypatch.setenv(variable, "2000")
    check(2000)
    with pytest.raises(
        Refused, match=rf"2,001 .*at most 2,000 are allowed \({variable}\): "
    ) as told:
        check(2001)
    assert "raise the limit" in str(told.value)


def test_a_file_that_is_too_large_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * 1001)
    monkeypatch.setenv("B12_FILE_BYTES", "1KB")
    with pytest.raises(Refused, match="it has 1,001 bytes; at most 1,000"):
        limits.check_bytes(path)


def parquet(tmp_path, table, **options):
    path = tmp_path / "a.parquet"
    pq.write_table(table, path, **options)
    return path


def once(value, rows):
    "A column of one value, which stands once in the file"
    return pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array([value]))


def test_parquet_is_judged_by_what_it_decodes_to(tmp_path, monkeypatch):
    bomb = pa.table({"value": once("9" * 900_000, 11_000)})
    path = parquet(tmp_path, bomb, row_group_size=11_000, compression="zstd")
    assert path.stat().st_size < 2000
    with pytest.raises(Refused, match="it expands to more than 200 times its size"):
        check_parquet(path)
    monkeypatch.setenv("B12_FILE_UNPACKED_BYTES", "1MB")
    with pytest.raises(Refused, match=r"B12_FILE_UNPACKED_BYTES"):
        check_parquet(path)


def test_a_long_value_that_is_rare_is_no_bomb(tmp_path, monkeypatch):
    "Counted by the values that are there, once the longest times all rows would be too much"
    monkeypatch.setenv("B12_FILE_UNPACKED_BYTES", "1MB")
    values = pa.array(["9" * 100_000, *["1"] * 50_000])
    check_parquet(parquet(tmp_path, pa.table({"value": values})))


def test_values_that_share_their_beginning_are_counted(tmp_path, monkeypatch):
    monkeypatch.setenv("B12_FILE_UNPACKED_BYTES", "1MB")
    table = pa.table({"value": pa.array(["9" * 10_000] * 200)})
    encoding = {"use_dictionary": False, "column_encoding": {"value": "DELTA_BYTE_ARRAY"}}
    with pytest.raises(Refused, match="it unpacks to"):
        check_parquet(parquet(tmp_path, table, **encoding))


def test_parquet_with_too_many_row_groups_columns_or_rows_is_refused(tmp_path, monkeypatch):
    path = parquet(tmp_path, pa.table({"a": range(100), "b": range(100)}), row_group_size=1)
    check_parquet(path)
    with monkeypatch.context() as limited, pytest.raises(Refused, match="100 row groups"):
        limited.setattr("pipeline.readers.decoded.CHUNKS", 199)
        check_parquet(path)
    for variable in ("B12_FILE_COLUMNS", "B12_FILE_ROWS"):
        with monkeypatch.context() as limited:
            limited.setenv(variable, "1")
            with pytest.raises(Refused, match=variable):
                check_parquet(path)


def test_a_text_is_as_deep_as_its_deepest_list_outside_of_quotes():
    texts = pa.array(["[[1]]", '{"a":[1]}', '["[[[["]', '["\\"[[["]', None, "[[[1]]]", "]][["])
    kept, deep = without_deep(texts, 2)
    assert kept.to_pylist() == [*texts.to_pylist()[:5], None, "]][["]
    assert deep == 1


@pytest.mark.parametrize(
    ("variable", "more"),
    [("B12_MESSAGE_SEGMENTS", "OBX|1\r" * 9), ("B12_SEGMENT_FIELDS", "OBX" + "|1" * 20 + "\r")],
)
def test_a_message_beyond_a_limit_breaks_and_is_named(tmp_path, monkeypatch, variable, more):
    path = tmp_path / "a.hl7"
    path.write_text(MESSAGE + more + MESSAGE, encoding="ascii", newline="")
    monkeypatch.setenv("B12_MESSAGE_SEGMENTS", "9")
    monkeypatch.setenv("B12_SEGMENT_FIELDS", "12")
    notes = []
    found = list(messages(path, notes=notes))
    unread = [any(UNREAD in text for _, text in segments) for _, segments in found]
    assert unread == [True, False]
    assert variable in notes[0]
