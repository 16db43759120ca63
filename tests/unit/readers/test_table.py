"CSV and Parquet as text with the lines of the file; what cannot be read whole is refused, and no message tells a value."

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.core.config import SQL
from pipeline.core.errors import Refused
from pipeline.engine.connection import connect
from pipeline.profiles.files import read_profile
from pipeline.readers.cells import define_filled
from pipeline.readers.table import load_table

COLUMNS = {"required": ["patient_id", "code"], "optional": ["name"]}
CSV = read_profile("canonical")
SECRET = "s3cret-1950"


def for_landing():
    "A connection with what a reader finds there"
    con = connect()
    con.execute("create schema landing")
    con.execute((SQL / "macros.sql").read_text(encoding="utf-8"))
    define_filled(con, CSV.empty_words)
    return con


def read(tmp_path, content, name="t.csv", **options):
    "The rows as (line, cells…), and the ragged lines"
    path = tmp_path / name
    if isinstance(content, pa.Table):
        pq.write_table(content, path)
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    con = for_landing()
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
        (b'patient_id,"code\nann,1\n', "a quote in it is not closed"), (b"patient_id;code\nann;1\n", "lacks patient_id, code"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_whole_is_refused(tmp_path, content, said):
    assert said in refusal(tmp_path, content)


THREE = "patient_id,code,name\n"


@pytest.mark.parametrize(
    ("text", "good", "ragged"),
    [
        ("ann,1,x,\nbob,2,y\n", [(3, "bob", "2", "y")], [2]),
        (",ann,1,x\nbob,2,y\n", [(3, "bob", "2", "y")], [2]),
        ("ann,1\nbob,2,y\n", [(3, "bob", "2", "y")], [2]),
        ('ann,1,5" needle\nbob,2,6" and 7"\n', [(2, "ann", "1", '5" needle'), (3, "bob", "2", '6" and 7"')], []),
        ('ann,1,a"b,c"d\nbob,2,y\n', [(3, "bob", "2", "y")], [2]),
        ('ann,1,a"b\nbob,2,c"d\n', [(2, "ann", "1", 'a"b'), (3, "bob", "2", 'c"d')], []),
        ('ann,1,"x\nbob,2,y\ncid,3,z\n', [(3, "bob", "2", "y"), (4, "cid", "3", "z")], [2]),
        ('ann,1,"x\n"bob","2","y"\ncid,3,z\n', [(3, "bob", "2", "y"), (4, "cid", "3", "z")], [2]),
        ('"ann,1,x\nbob,2,y\n"cid",3,"z"', [(3, "bob", "2", "y"), (4, "cid", "3", "z")], [2]),
        ('ann,1,"x"y\nbob,2,y\n', [(3, "bob", "2", "y")], [2]),
        ('ann,1,"x" \n "bob", "2", "y,z"\n', [(2, "ann", "1", "x"), (3, "bob", "2", "y,z")], []),
        ('ann,1,   "x,y"  \n', [(2, "ann", "1", "x,y")], []),
        ('ann,1,"two\nlines"\nbob,2,5"\n', [(2, "ann", "1", "two\nlines"), (4, "bob", "2", '5"')], []),
        ('ann,5"a,"two\n,lines"\nbob,2,y\n', [(2, "ann", '5"a', "two\n,lines"), (4, "bob", "2", "y")], []),
        ('ann,1,"two\nlines",y\nbob,2,y\n', [(4, "bob", "2", "y")], [2]),
        ('ann,"two\nlines"\nbob,2,y\n', [(4, "bob", "2", "y")], [2]),
        ('ann,"1\nbob,2,y\n3"\ncid,3,z\n', [(3, "bob", "2", "y"), (5, "cid", "3", "z")], [2, 4]),
        ('"","",""\n,,\n""","x",","\n', [(2, None, None, None), (3, None, None, None)], [4]),
        ('ann,1,a\rb\nbob,2,y\n', [(2, "ann", "1", "a\rb"), (3, "bob", "2", "y")], []),
        ("   \nbob,2,y\n", [(3, "bob", "2", "y")], [2]),
    ],
)  # fmt: skip
def test_a_row_is_read_as_it_is_or_is_ragged_and_costs_no_other(tmp_path, text, good, ragged):
    assert read(tmp_path, THREE + text) == (good, ragged)


def test_a_stray_separator_never_shifts_a_value(tmp_path):
    "The value stands where the comma of 12,345 put it, and the extra cell is empty"
    header = b"patient_id,code,collected_at,unit,value,comment\n"
    content = header + b"P2,2132-9,2026-01-10,pg/mL,12,345,\nP3,2132-9,2026-01-10,pg/mL,345,\n"
    rows, ragged = read(tmp_path, content, other_columns="ignored")
    assert (rows, ragged) == ([(3, "P3", "2132-9", None)], [2])


def test_a_quote_that_is_never_closed_costs_its_line_in_a_long_file(tmp_path):
    "What it opens is longer than a record may be, and longer than what is looked at at once"
    rows = [f"p{number},{number},{'x' * 90}" for number in range(40_000)]
    rows[10] = 'p10,"10,x'
    found, ragged = read(tmp_path, THREE + "\n".join(rows) + "\n")
    assert ragged == [12]
    assert [row[:3] for row in found] == [
        (number + 2, f"p{number}", str(number)) for number in range(40_000) if number != 10
    ]


def test_a_record_longer_than_a_megabyte_is_ragged(tmp_path):
    long = "x" * 1_000_100
    rows, ragged = read(tmp_path, f'{THREE}ann,1,{long}\nbob,2,"{long}"\ncid,3,x\n')
    assert ([row[:2] for row in rows], ragged) == ([(4, "cid")], [2, 3])


def test_many_odd_rows_are_read_one_by_one_across_blocks(tmp_path):
    "More than one block of rows that begin with a quoted cell; of each third it is never closed"
    count, long = 15_000, "x" * 80
    rows = [
        f'p{number},{number},"{number}"" {long}' + '"' * (number % 3 > 0) for number in range(count)
    ]
    found, ragged = read(tmp_path, THREE + "\n".join(rows))
    assert ragged == [number + 2 for number in range(count) if number % 3 == 0]
    assert len(found) == count - len(ragged)
    assert all((line, name) == (int(code) + 2, f'{code}" {long}') for line, _, code, name in found)


def test_a_header_may_take_several_lines_and_hold_a_stray_quote(tmp_path):
    content = 'patient_id,"code",name,"size\nof it",5" needle\nann,1,x,2,3\nbob,2\n'
    assert read(tmp_path, content, other_columns="ignored") == ([(3, "ann", "1", "x")], [4])


@pytest.mark.parametrize("row", ["ann", '"ann"', ' "ann" '])
def test_a_table_of_one_column_has_no_row_on_a_blank_line(tmp_path, row):
    path = tmp_path / "t.csv"
    path.write_text(f"patient_id\n\n{row}\n\nbob,2\n")
    con = for_landing()
    columns = {"required": ["patient_id"], "optional": []}
    load_table(con, path, columns=columns, profile=CSV, into="landing.delivered", folder=tmp_path)
    assert con.execute("from landing.delivered").fetchall() == [("ann", 3)]
    assert con.execute("from landing.ragged").fetchall() == [(5,)]


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ({"delimiter": "§"}, "ann§1§x\nbob§2\ncid§3§§\ndan§4§\"§\"\n"),
        ({"delimiter": "\t"}, 'ann\t1\tx\nbob\t2\ncid\t3\t\t\ndan\t4\t"\t"\n'),
        ({"delimiter": " "}, 'ann 1 x\nbob 2\ncid 3  \ndan 4 "§"\n'),
        ({"quote": "'"}, "ann,1,x\nbob,2\ncid,3,,\ndan,4,'§'\n"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_other_delimiters_and_quotes(tmp_path, dialect, text, encoding):
    own = CSV.dialect.model_copy(update={"encoding": encoding, **dialect})
    header = THREE.replace(",", own.delimiter)
    rows, ragged = read(tmp_path, (header + text).encode(encoding), dialect=own)
    assert ([row[:3] for row in rows], ragged) == ([(2, "ann", "1"), (5, "dan", "4")], [3, 4])


@pytest.mark.parametrize(
    ("dialect", "said"),
    [
        ({"delimiter": "€", "encoding": "latin-1"}, "does not exist in latin-1"),
        ({"delimiter": '"'}, "must differ"), ({"quote": "«"}, "must differ"),
    ],
)  # fmt: skip
def test_a_dialect_that_cannot_be_is_refused(tmp_path, dialect, said):
    with pytest.raises(Refused, match=said):
        read(tmp_path, THREE, dialect=CSV.dialect.model_copy(update=dialect))


def test_a_byte_that_stands_in_for_a_long_delimiter_is_not_utf_8(tmp_path):
    with pytest.raises(Refused, match="not utf-8"):
        read(
            tmp_path,
            "patient_id§code\nann§1\n".encode() + b"bob\xff2\n",
            dialect=CSV.dialect.model_copy(update={"delimiter": "§"}),
        )


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (",patient_id,code", "0,ann,1"), ("patient_id,code,,", "ann,1,2,3"), ("patient_id, ,code,\"\"", "ann,x,1,"),
    ],
)  # fmt: skip
def test_columns_without_a_name_are_not_read_but_count_as_cells(tmp_path, header, row):
    assert read(tmp_path, f"{header}\n{row}\nbob,2\n") == ([(2, "ann", "1", None)], [3])


def test_names_that_are_not_read_may_be_repeated(tmp_path):
    text = "patient_id,x,code,X,x\nann,5,1,6,7\n"
    assert read(tmp_path, text, other_columns="ignored") == ([(2, "ann", "1", None)], [])
    with pytest.raises(Refused, match="unknown column x, x, x"):
        read(tmp_path, text)


@pytest.mark.parametrize("header", ["patient_id,code,Code", "patient_id,code,NAME,name"])
def test_a_name_that_is_read_stands_once_in_the_header(tmp_path, header):
    with pytest.raises(Refused, match="twice"):
        read(tmp_path, f"{header}\nann,1,2,3\n", other_columns="ignored")


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


def test_of_a_table_that_is_read_in_several_parts_at_once_every_row_has_its_own_line(tmp_path):
    names = [f"text_{number}" for number in range(14)]
    given = {"required": ["patient_id", "code"], "optional": names}
    con, path = for_landing(), tmp_path / "t.csv"
    con.execute("set threads = 2")
    cells = ", ".join(f"md5(range::varchar)[:13] as {name}" for name in ("code", *names))
    con.execute(f"copy (select range + 2 as patient_id, {cells} from range(200_000)) to '{path}'")
    load_table(con, path, columns=given, profile=CSV, into="landing.delivered", folder=tmp_path)
    elsewhere = "select count(*) from landing.delivered where patient_id::bigint <> line"
    assert con.execute(elsewhere).fetchone() == (0,)
