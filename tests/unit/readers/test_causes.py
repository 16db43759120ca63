"A refusal says what the file is and which key of the profile would cure it, and tells no value of the file."

import io
import zipfile

import pytest

from pipeline.core import Refused
from pipeline.profiles import read_profile
from pipeline.readers.causes import cause_in_dialect, cause_of_lacking
from pipeline.readers.kinds import refuse_other_kinds
from pipeline.readers.rows.header import read_header

DIALECT = read_profile("canonical").dialect
REQUIRED = ["patient_id", "code", "value"]
SECRET = "s3cret"


def cause(tmp_path, text, **dialect):
    "The cause that is said, whether the header can be read or not"
    path, dialect = tmp_path / "t.csv", DIALECT.model_copy(update=dialect)
    path.write_text(text, encoding="utf-8")
    try:
        said = cause_of_lacking(path, dialect, REQUIRED, read_header(path, dialect))
    except Refused:
        said = cause_in_dialect(path, dialect, REQUIRED)
    assert SECRET not in said
    return said


@pytest.mark.parametrize(
    ("delimiter", "said"),
    [
        (";", 'this file is separated by semicolons; the profile says a comma: set dialect.delimiter: ";"'),
        ("\t", 'this file is separated by tabs; the profile says a comma: set dialect.delimiter: "\\t"'),
        ("|", 'this file is separated by vertical bars; the profile says a comma: set dialect.delimiter: "|"'),
    ],
)  # fmt: skip
@pytest.mark.parametrize("header", ["patient_id,code,value", '"patient_id","code","value"', "a,b,c,d"])  # fmt: skip
def test_another_delimiter(tmp_path, delimiter, said, header):
    text = f"{header}\n{SECRET},1,2\n".replace(",", delimiter)
    assert cause(tmp_path, text) == f"; {said}"


def test_another_delimiter_than_one_that_has_no_name(tmp_path):
    said = cause(tmp_path, "patient_id,code,value\n", delimiter="^")
    assert said.endswith('separated by commas; the profile says "^": set dialect.delimiter: ","')


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("'patient_id','code','value'\n", "set dialect.quote: \"'\""),
        ("'patient_id';'code';'value'\n", "set dialect.delimiter: \";\" and dialect.quote: \"'\""),
    ],
)  # fmt: skip
def test_another_quote(tmp_path, text, keys):
    assert cause(tmp_path, text).endswith(keys)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{SECRET},2132-9,110\n", "; it holds values, not column names: add a header line above it"),
        (f"Report of {SECRET}\n\npatient_id,code,value\n", "; the header is line 3: delete the lines above it"),
        (f"{SECRET},ANALYTE,RESULT\n", "; if they have other names in this file, write these under `columns` in the profile"),
        (f'{SECRET},"code,value\n', ""),
    ],
)  # fmt: skip
def test_a_first_line_that_is_not_a_header(tmp_path, text, said):
    assert cause(tmp_path, text) == said


def refusal(tmp_path, content, encoding="utf-8"):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(Refused) as refused:
        refuse_other_kinds(tmp_path / "t.csv", encoding)
    assert SECRET not in str(refused.value)
    return str(refused.value)


def archive():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        zipped.writestr("lab.csv", SECRET)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (archive(), "ZIP archive: save the table in it as .xlsx or CSV"),
        (b"PK\5\6" + b"\0" * 18, "ZIP archive"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "old Excel workbook, or one with a password"),
        (b"%PDF-1.7\n", "PDF: export"), (b"PAR1\0\0", "Parquet: let its name end in .parquet"),
        (b"\n<!DOCTYPE HTML><title>Login</title>", "HTML page"), (b"\xef\xbb\xbf<html lang='en'>", "HTML page"),
        (b"<?xml version='1.0'?><a/>", "XML: export"), (b'[{"patient": "s3cret"}]', "JSON: export"), (b'{\n  "a": 1}', "JSON"),
        (b'{"resourceType": "Patient"}', "format: fhir"), (b'{"id":"s3cret","resourceType":"Patient"}\n', "format: fhir"),
        (b"MSH|^~\\&|s3cret", "format: hl7v2"), (b"FHS|^~\\&|", "format: hl7v2"),
        ("patient_id,code\ns3cret,1\n".encode("utf-16"), "in UTF-16; the profile says utf-8: set dialect.encoding: utf-16"),
        ("patient_id,code\ns3cret,1\n".encode("utf-16-le"), "set dialect.encoding: utf-16-le"),
        ("patient_id,code\ns3cret,1\n".encode("utf-16-be"), "set dialect.encoding: utf-16-be"),
        ("patient_id,code\ns3cret,1\n".encode("utf-32"), "set dialect.encoding: utf-32"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_csv_is_named(tmp_path, content, said):
    assert said in refusal(tmp_path, content)
    assert said.partition("; the profile")[0] in refusal(tmp_path, content, "cp1252")


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"", "utf-8"), (b"patient_id,code\n", "utf-8"), ("patient_id,code\n".encode("utf-16"), "utf-16"),
        ("patient_id,code\n".encode("utf-16-be"), "UTF_16_BE"), (b"[patient],code\n", "utf-8"), (b"a,{x}\n", "latin-1"), (b"\0" * 50, "utf-8"),
        (b"MSH,PK\n", "utf-8"), (b"<unit>,code\n", "utf-8"),
    ],
)  # fmt: skip
def test_tables_are_let_through(tmp_path, content, encoding):
    (tmp_path / "t.csv").write_bytes(content)
    refuse_other_kinds(tmp_path / "t.csv", encoding)


def test_a_mark_of_utf_8_contradicts_another_encoding(tmp_path):
    "Else the mark would be part of the first column's name"
    content = "\ufeffpatient_id,code\n".encode()
    assert refusal(tmp_path, content, "latin-1").endswith("set dialect.encoding: utf-8")
    for encoding in ("utf-8", "UTF8", "utf-8-sig"):
        (tmp_path / "t.csv").write_bytes(content)
        refuse_other_kinds(tmp_path / "t.csv", encoding)
