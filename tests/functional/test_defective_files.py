"""Defective files end in a clear message, with nothing lost and nothing half in; what can be read is read."""

import gzip
import io
import zipfile

import pytest

from pipeline.core import Home
from pipeline.lake import query
from tests.command import adds_up, b12, deliver

HEADER = "patient_id,code,value,unit,collected_at\n"
GOOD = "ann,2132-9,110,pg/mL,2026-01-05\n"
NEXT = "bob,2132-9,120,pg/mL,2026-01-06\n"
SECRET = "s3cret-1950"


def gz(text):
    return gzip.compress(text.encode())


def bomb():
    out = io.BytesIO()
    with gzip.open(out, "wb") as file:
        file.write(HEADER.encode())
        for _ in range(300):
            file.write(b"0" * (1 << 20))
    return out.getvalue()


def zipped(**files):
    with zipfile.ZipFile(file := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


REFUSED = {
    "truncated gzip": (
        "lab_result.csv.gz",
        gz(HEADER + GOOD * 1000)[:-40],
        "gzip is truncated or damaged",
    ),
    "garbage for gzip": (
        "lab_result.csv.gz",
        b"\x1f\x8b" + b"nonsense" * 20,
        "gzip is truncated or damaged",
    ),
    "zip bomb": ("lab_result.csv.gz", bomb(), "expands to more than"),
    "wrong encoding": (
        "lab_result.csv",
        (HEADER + GOOD + f"{SECRET}é,2132-9,1,pg/mL,2026-01-05\n").encode("latin-1"),
        "not utf-8",
    ),
    "UTF-16": ("lab_result.csv", (HEADER + GOOD).encode("utf-16"), "dialect.encoding: utf-16"),
    "NUL bytes": (
        "lab_result.csv",
        (HEADER + GOOD).encode() + b"\0\0\0" + SECRET.encode(),
        "NUL byte (byte",
    ),
    "duplicate header": (
        "lab_result.csv",
        b"patient_id,code,code,value,unit,collected_at\n",
        "names the column code twice",
    ),
    "no header": ("lab_result.csv", (GOOD + NEXT).encode(), "lacks patient_id"),
    "50 MB on one line": (
        "lab_result.csv",
        HEADER.encode() + b"x" * 50_000_000,
        "a line is longer than",
    ),
    "50 MB of header": ("lab_result.csv", b"x" * 50_000_000, "a line is longer than"),
    "empty": ("lab_result.csv", b"", "no header"),
    "a zip": ("lab_result.zip", b"PK\x03\x04", "no entity"),
    "a spreadsheet": ("lab_result.xlsx", b"PK\x03\x04", "no entity"),
    "a zip of two": ("lab_result.csv.zip", zipped(**{"a.csv": HEADER, "b.csv": GOOD}), "unzip it"),
    "two zips in one file": (
        "lab_result.csv.zip",
        zipped(**{"a.csv": HEADER + GOOD}) + zipped(**{"b.csv": HEADER + NEXT}),
        "one after the other",
    ),
    "a damaged zip": ("lab_result.csv.zip", zipped(**{"a.csv": HEADER})[:-9], "damaged"),
    "cut transport": ("lab_result.csv", b"HEADER RECORD*******LIBRARY", "damaged"),
    "tabs": (
        "lab_result.csv",
        (HEADER + GOOD).replace(",", "\t").encode(),
        'the profile says a comma: set dialect.delimiter: "\\t"',
    ),
    "values for a header": ("lab_result.csv", (SECRET + GOOD).encode(), "add a header line"),
    "a workbook": (
        "lab_result.csv",
        b"PK\x03\x04" + b"\0" * 26 + b"[Content_Types].xml",
        "truncated or damaged",
    ),
    "an error page": ("lab_result.csv", b"<!doctype html><p>" + SECRET.encode(), "HTML page"),
    "cut Parquet": ("lab_result.parquet", b"PAR1" + b"\0" * 50, "not readable Parquet"),
}
READ = {  # name, content, rows, accepted, rejected
    "byte order mark": ("lab_result.csv", (HEADER + GOOD).encode("utf-8-sig"), 1, 1, {}),
    "mixed newlines": (
        "lab_result.csv",
        (HEADER.replace("\n", "\r\n") + GOOD + NEXT.replace("\n", "\r\n")).encode(),
        2,
        2,
        {},
    ),
    "carriage returns": (
        "lab_result.csv",
        (HEADER + GOOD + NEXT).replace("\n", "\r").encode(),
        2,
        2,
        {},
    ),
    "a line feed in a cell of a CR LF file": (
        "lab_result.csv",
        (HEADER + GOOD).replace("\n", "\r\n").encode() + b'cid,2132-9,"11\n0",pg/mL,2026-01-06\r\n',
        2,
        1,
        {"not_a_number": 1},
    ),
    "ragged rows": (
        "lab_result.csv",
        (HEADER + GOOD + "cid,2132-9\n" + NEXT + "dan,2132-9,1,pg/mL,2026-01-05,x,y\n").encode(),
        4,
        2,
        {"ragged_row": 2},
    ),
    "unclosed quote": (
        "lab_result.csv",
        (HEADER + GOOD + '"cid,2132-9,1,pg/mL,2026-01-05\n' + NEXT).encode(),
        3,
        2,
        {"ragged_row": 1},
    ),
    "an extra cell that is empty": (
        "lab_result.csv",
        (HEADER + GOOD + "cid,2132-9,1,pg/mL,2026-01-05,\n" + NEXT).encode(),
        3,
        2,
        {"ragged_row": 1},
    ),
    "header only": ("lab_result.csv", HEADER.encode(), 0, 0, {}),
    "gzip": ("lab_result.csv.gz", gz(HEADER + GOOD + NEXT), 2, 2, {}),
    "zip": ("lab_result.csv.zip", zipped(**{"any.csv": HEADER + GOOD + NEXT}), 2, 2, {}),
    "two gzip members": ("lab_result.csv.gz", gz(HEADER + GOOD) + gz(NEXT), 2, 2, {}),
    "no last line break": ("lab_result.csv", (HEADER + GOOD.strip()).encode(), 1, 1, {}),
    "blank lines": (
        "lab_result.csv",
        (HEADER + "\n" + GOOD + "\n\n" + NEXT + "\n").encode(),
        2,
        2,
        {},
    ),
}


def written(tmp_path, name, content):
    path = tmp_path / "in" / name
    path.parent.mkdir()
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_read_whole_is_refused_and_its_neighbour_goes_in(tmp_path, kind):
    name, content, message = REFUSED[kind]
    home = tmp_path / "home"
    path = written(tmp_path, name, content)
    beside = deliver(tmp_path / "beside", lab_result=HEADER + NEXT)
    answer = b12(home, "ingest", path, beside, "--source", "canonical", "--format", "json")
    assert answer.code == 10
    refused = next(
        account for account in answer.json if account["file"] == name and account["refused"]
    )
    assert message in refused["refused"]
    assert SECRET not in answer.out + answer.err
    assert len(refused["refused"]) < 400, "one paragraph"
    assert query(Home(home), "select patient_id from lake.lab_result") == [{"patient_id": "bob"}], (
        "nothing of the refused file is half in"
    )
    assert [path.read_bytes() for path in (home / "refused").rglob("*") if path.is_file()] == [
        content
    ], "and it is kept"


@pytest.mark.parametrize("kind", READ)
def test_what_can_be_read_is_read_and_adds_up(tmp_path, kind):
    name, content, rows, accepted, rejected = READ[kind]
    answer = b12(
        tmp_path / "home",
        "ingest",
        written(tmp_path, name, content),
        "--source",
        "canonical",
        "--format",
        "json",
    )
    assert answer.code == 0, answer.err
    [account] = answer.json
    assert adds_up(account)
    assert (account["rows"], account["accepted"], account["rejected"]) == (rows, accepted, rejected)


def test_what_was_not_read_is_said_beneath_the_file(tmp_path):
    text = HEADER.replace("\n", ",,\n") + GOOD.replace("\n", ",,\n")
    path = written(tmp_path, "lab_result.csv", text.encode())
    said = "2 columns without a name were not read"
    answer = b12(tmp_path / "home", "ingest", path, "--source", "canonical")
    assert f" + 0 duplicates\n  {said}\n" in answer.out
    answer = b12(tmp_path / "other", "ingest", path, "--source", "canonical", "--format", "json")
    assert [account["notes"] for account in answer.json] == [[said]]
    answer = b12(tmp_path / "other", "source", "check", "canonical", path)
    assert f" + 0 duplicates\n    {said}\n" in answer.out


def test_paths_play_no_tricks(tmp_path):
    "A link out of the folder is not followed, and a profile's name is not a path"
    (tmp_path / "outside.csv").write_text(HEADER + GOOD)
    folder = deliver(tmp_path / "in", lab_result=HEADER + NEXT)
    (folder / "lab_result_link.csv").symlink_to(tmp_path / "outside.csv")
    (folder / "up").symlink_to(tmp_path)
    answer = b12(tmp_path / "home", "ingest", folder, "--source", "canonical", "--format", "json")
    assert [account["file"] for account in answer.json] == ["lab_result.csv"]
    for name in ("../canonical", "/etc/passwd", "a/b", ""):
        assert b12(tmp_path / "home", "ingest", folder, "--source", name).code == 12
