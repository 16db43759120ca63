"CSV and Parquet as text with the lines of the file; what cannot be read whole is refused, and no message tells a value."

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.core.config import SQL
from pipeline.core.errors import Refused
from pipeline.engine.connection import connect
from pipeline.profiles.files import read_profile
from pipeline.readers.landed import define_filled
from pipeline.readers.table import load_table

COLUMNS = {"required": ["patient_id", "code"], "optional": ["name"]}
CSV = read_profile("canonical")
SECRET = "s3cret-1950"


def read(tmp_path, content, name="t.csv", **options):
    "The rows as (line, cells…), and the ragged lines"
    path = tmp_path / name
    if isinstance(content, pa.Table):
        pq.write_table(content, path)
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    con = connect()
    con.execute("create schema landing")
    con.execute((SQL / "macros.sql").read_text(encoding="utf-8"))
    define_filled(con, CSV.empty_words)
    folder = tmp_path / "work"
    folder.mkdir(exist_ok=True)
    load_table(
        con,
        path,
        columns=COLUMNS,
        profile=CSV.model_copy(update=options),
        into="landing.delivered",
        folder=folder,
    )
    rows = con.execute(
        "select line, patient_id, code, name from landing.delivered order by line"
    ).fetchall()
    return rows, [
        line for (line,) in con.execute("select line from landing.ragged order by line").fetchall()
    ]


def refusal(tmp_path, content, name="t.csv"):
    with pytest.raises(Refused) as refused:
        read(tmp_path, content, name)
    assert SECRET not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_are_those_of_the_file_past_blank_lines_and_line_breaks_in_cells(tmp_path, end):
    lines = [
        "patient_id,code,name",
        "ann,1,",
        "",
        'bob,2,"two' + end + 'lines"',
        "cid,3,",
        "",
        "",
        "dan,4,x",
    ]
    rows, ragged = read(tmp_path, end.join(lines) + end)
    assert [(row[0], row[1], row[2]) for row in rows] == [
        (2, "ann", "1"),
        (4, "bob", "2"),
        (6, "cid", "3"),
        (9, "dan", "4"),
    ]
    assert rows[1][3].split() == ["two", "lines"]
    assert ragged == []


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_row_that_does_not_fit_is_noted_with_its_line_and_the_others_go_in(tmp_path, end):
    lines = [
        "patient_id,code,name",
        "ann,1,x",
        "bob,2",
        "cid,3,x,y",
        "",
        "dan,4,x",
        "eve",
        "fay,5,x",
    ]
    rows, ragged = read(tmp_path, end.join(lines) + end)
    assert [row[:2] for row in rows] == [(2, "ann"), (6, "dan"), (8, "fay")]
    assert ragged == [3, 4, 7]


def test_the_last_line_needs_no_line_break(tmp_path):
    assert read(tmp_path, "patient_id,code\nann,1\nbob,2")[0] == [
        (2, "ann", "1", None),
        (3, "bob", "2", None),
    ]


def test_quotes_commas_and_doubled_quotes(tmp_path):
    assert read(tmp_path, 'patient_id,code,name\nann,1,"a, ""b"""\n')[0] == [
        (2, "ann", "1", 'a, "b"')
    ]


def test_a_byte_order_mark_does_not_belong_to_the_header(tmp_path):
    assert read(tmp_path, b"\xef\xbb\xbfpatient_id,code\nann,1\n")[0] == [(2, "ann", "1", None)]


def test_columns_in_any_order_and_case_blank_cells_are_null_and_cells_are_stripped(tmp_path):
    assert read(tmp_path, "Code, PATIENT_ID\n 1 ,ann\n,bob\n  ,cid\n")[0] == [
        (2, "ann", "1", None),
        (3, "bob", None, None),
        (4, "cid", None, None),
    ]


def test_codes_stay_text(tmp_path):
    assert read(tmp_path, "patient_id,code\n007,1.0\nann,1.09023E+15\n")[0] == [
        (2, "007", "1.0", None),
        (3, "ann", "1.09023E+15", None),
    ]


def test_a_header_alone_is_a_file_without_rows(tmp_path):
    assert read(tmp_path, "patient_id,code\n") == ([], [])


def test_lines_are_right_across_many_records(tmp_path):
    lines = ["patient_id,code"]
    for number in range(5000):
        lines += (
            [f"p{number},{len(lines) + 1}"]
            + [""] * (number % 700 == 3)
            + ["ragged"] * (number % 900 == 5)
        )
    rows, ragged = read(tmp_path, "\n".join(lines) + "\n")
    assert len(rows) == 5000
    assert all(str(line) == code for line, _, code, _ in rows)
    assert ragged == [number for number, line in enumerate(lines, start=1) if line == "ragged"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no header"), (b"\n\n", "no header"), (b"patient_id\nann\n", "lacks code"), (f"{SECRET},1\nann,2\n".encode(), "lacks patient_id, code"),
        (b"patient_id,code,code\nann,1,2\n", "code twice"), (b"patient_id,code,wrong\nann,1,2\n", "unknown column wrong"),
        (f"patient_id,code,name\nann,1,{SECRET}\xe9\n".encode("latin-1"), "not utf-8"), (b"patient_id,code\n\xff\xfe\x00a,1\n", "not utf-8"),
        (f'patient_id,code,name\nann,1,"{SECRET}\nbob,2,x\n'.encode(), "not closed"),
        (b"patient_id;code\nann;1\n", "lacks patient_id, code"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_whole_is_refused(tmp_path, content, said):
    assert said in refusal(tmp_path, content)


def test_others_may_be_ignored_when_the_profile_says_so(tmp_path):
    assert read(tmp_path, "patient_id,code,wrong\nann,1,2\n", other_columns="ignored")[0] == [
        (2, "ann", "1", None)
    ]


def test_parquet_is_text_too_and_its_first_row_is_line_1(tmp_path):
    table = pa.table({"patient_id": ["ann", "bob"], "code": [21329, None], "name": ["x", " "]})
    assert read(tmp_path, table, "t.parquet") == (
        [(1, "ann", "21329", "x"), (2, "bob", None, None)],
        [],
    )


@pytest.mark.parametrize(
    "column",
    [
        pa.array([["1", "2"]]),
        pa.array([{"a": 1}]),
        pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())),
    ],
)
def test_nested_parquet_is_refused(tmp_path, column):
    assert "column code" in refusal(
        tmp_path, pa.table({"patient_id": ["ann"], "code": column}), "t.parquet"
    )


def test_a_file_that_is_not_parquet_is_refused(tmp_path):
    assert "Parquet" in refusal(tmp_path, f"{SECRET},1\n", "t.parquet")


def _whole(tmp_path):
    pq.write_table(
        pa.table({"patient_id": [f"ann{number}" for number in range(999)], "code": ["1"] * 999}),
        tmp_path / "whole",
        compression="gzip",
    )
    return (tmp_path / "whole").read_bytes()


@pytest.mark.parametrize("torn", [
    lambda whole: b"", lambda whole: b"PAR1", lambda whole: b"x" * 99, lambda whole: whole[:-20], lambda whole: whole[:-40] + b"x" * 32 + whole[-8:],
    lambda whole: whole[:300] + b"x" * 900 + whole[1200:], lambda whole: whole[:4] + b"\xff" * 60 + whole[64:],
], ids=["empty", "short", "text", "truncated", "footer", "pages", "page header"])  # fmt: skip
def test_a_refusal_names_no_path(tmp_path, torn):
    "The path differs each time, and messages must not show it"
    told = [
        refusal(folder, torn(_whole(tmp_path)), "t.parquet")
        for folder in (tmp_path / "a o'b: c", tmp_path / "two")
        if not folder.mkdir()
    ]
    assert told[0] == told[1]
    assert str(tmp_path) not in told[0] and "/" not in told[0]


def test_an_empty_parquet_file_has_no_rows(tmp_path):
    table = pa.table({"patient_id": pa.array([], pa.string()), "code": pa.array([], pa.string())})
    assert read(tmp_path, table, "t.parquet") == ([], [])
