"An id is cleaned alike in Python and in SQL."

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core import SQL
from pipeline.engine.connection import connect
from pipeline.profiles import PatientId
from pipeline.profiles.ids import clean_id
from pipeline.readers import define_patient_id

CON = connect()
CON.execute((SQL / "macros.sql").read_text(encoding="utf-8"))
DECORATED = {
    "4857781234": "4857781234",
    " 48577 81234\t": "4857781234",
    "\ufeff4857781234\u200b": "4857781234",
    "\u202a4857781234\u202c": "4857781234",
    "4857\u00ad781234": "4857781234",
    "48577\u00a081234": "4857781234",
    "48577\u300081234": "4857781234",
    "'004857": "004857",
    '="004857"': "004857",
    '\'="004857"': "004857",
    "70003.0": "70003",
    "70003.00": "70003",
    "70003.5": "70003.5",
    "A-1.0": "A-1.0",
    "\x004857": "4857",
    "urn:x|7 0": "urn:x|70",
    "Öst-7": "Öst-7",
    "O\u0308st-7": "Öst-7",
    "Öst\u200b\u00a0-7": "Öst-7",
    "A\u030a1": "Å1",
    "\u212b1": "Å1",
    "O\u200b\u0308st": "Öst",
}


def in_sql(text):
    return CON.execute("select clean_id($1)", [text]).fetchall()[0][0]


@pytest.mark.parametrize(("decorated", "plain"), DECORATED.items())
def test_a_decoration_is_not_part_of_an_id(decorated, plain):
    assert clean_id(decorated) == plain
    assert "\x00" in decorated or in_sql(decorated) == plain


@given(st.text("ab1.0=\"' \t\u00a0\u200b\u202e\ufeff-_ée\u0301\u0327o", max_size=12))
def test_python_and_sql_agree(text):
    assert clean_id(text) == in_sql(text)


WAYS = st.builds(
    PatientId,
    digits_only=st.booleans(),
    upper_case=st.booleans(),
    width=st.none() | st.integers(1, 12),
)


@given(
    WAYS,
    st.text("abß1.0E+,=\"' \t\u200b-_é", max_size=12)
    | st.sampled_from(["4.85778E+09", "4,85778E+09", "1.09E15"]),
)
def test_the_way_a_source_writes_ids_is_one_in_python_and_sql(way, text):
    define_patient_id(CON, way)
    [[in_sql]] = CON.execute("select clean_patient_id($1)", [text]).fetchall()
    assert way.clean(text) == in_sql


@pytest.mark.parametrize(
    ("way", "text", "number"),
    [
        ({"digits_only": True, "width": 10}, "943 476 5919", "9434765919"),
        ({"digits_only": True}, "NHS: 943-476-5919", "9434765919"),
        ({"width": 8}, "77", "00000077"),
        ({"width": 2}, "1234", "1234"),
        ({"upper_case": True}, "ab-7", "AB-7"),
        ({"width": 4}, "", ""),
        ({"digits_only": True, "width": 10}, "4.85778E+09", "4.85778E+09"),
        ({"digits_only": True, "width": 5}, "A-B", ""),
    ],
)
def test_an_id_is_written_as_the_profile_says(way, text, number):
    assert PatientId(**way).clean(text) == number
