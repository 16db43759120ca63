"Cells of a map: no spreadsheet runs them, and each is read back as it was"

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.exports.cells import escaped
from pipeline.profiles.guarded import guarded, unguarded

TEXT = st.text(st.sampled_from("aB1'=+-@; \n\t\u2028\u202e,:#\""), max_size=12)


@given(TEXT)
@example("'=x")
@example("a;''=b")
def test_a_cell_is_read_back_as_it_was(text):
    assert unguarded(guarded(text)) == text


@given(TEXT.map(str.strip))
def test_what_an_export_would_escape_is_guarded(text):
    assert escaped(guarded(text)) == guarded(text)


@pytest.mark.parametrize("text", ["=cmd()", "-B12", "a;=b", "@x", "two\n+lines"])
def test_what_an_export_escaped_is_read_back(text):
    "A map that `b12 unmapped --format csv` wrote"
    assert unguarded(escaped(text)) == text
